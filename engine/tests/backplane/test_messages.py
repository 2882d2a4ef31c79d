"""Messages of nodes as bytes, and what is not taken for one."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.backplane import contents
from engine.backplane.messages import LARGEST_BYTES, VERSION, InvalidMessage, decode, encode
from engine.wire.message import Message
from engine.wire.packet import encode_event

ME = b"12345678"
EVENT = encode_event("news", {"text": "Tea?", "picture": b"\x00\xff"})


@pytest.mark.parametrize(
    "content",
    [
        contents.PLAIN,
        contents.Event(rooms=("tea", "cake"), namespace="/chat", skip=("a",), volatile=True),
        contents.Join("anna", ("tea", "cäke")),
        contents.Leave("anna", ()),
        contents.Close("tea"),
        contents.Disconnect("anna", "You were thrown out.", "laptop"),
        contents.Request("anna", "name?", 2.5),
        contents.Members("tea"),
        contents.Connections(),
        contents.Answer(7, "NotConnected", "Nobody is there.", [["anna", ["a"]]], last=False),
        contents.Hello(answers=True),
        contents.Bye(),
        contents.Done(7),
    ],
)
def test_every_kind_comes_back_as_it_was(content):
    origin, number, came, message = decode(encode(ME, 2**63, content, EVENT))

    assert (origin, number, came) == (ME, 2**63, content)
    assert (message.text, list(message.attachments), message.frames) == (EVENT.text, EVENT.attachments, EVENT.frames)


@given(st.text(), st.lists(st.binary(), max_size=4))
def test_a_packet_comes_back_as_it_was(text, attachments):
    sent = Message(b"42" + json.dumps([text]).encode(), attachments)

    came = decode(encode(ME, 1, contents.PLAIN, sent)).message

    assert (came.text, list(came.attachments)) == (sent.text, attachments)


def head(kind=0, fields=b"", text=b"", version=VERSION):
    return version + bytes([kind]) + ME + bytes(8) + len(fields).to_bytes(4) + len(text).to_bytes(4) + fields + text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"5",
        b"null",
        b'{"method": "emit"}',
        b"[" * 100_000,
        b"\xff\xfe",
        head(version=b"RT\x02"),
        head(version=b"RT\x00"),
        head(kind=200),
        head()[:-1],
        head(text=b"42[]")[:-1],
        head(text=b'42["\xff"]'),
        head(kind=1, fields=b""),
        head(kind=1, fields=b"5"),
        head(kind=1, fields=b"[" * 100_000),
        head(kind=1, fields=b'{"user_id": "anna", "rooms": ' + b"[" * 100_000),
        head(kind=1, fields=b'{"user_id": 7, "rooms": ["tea"]}'),
        head(kind=1, fields=b'{"user_id": "anna", "rooms": "tea"}'),
        head(kind=1, fields=b'{"user_id": "\xff", "rooms": []}'),
        head(text=b"451-[]") + b"\x00\x00",
        head(text=b"451-[]") + b"\x00\x00\x00\x09short",
        head(text=b"x" * (LARGEST_BYTES + 1)),
    ],
)
def test_what_is_no_message_of_this_version_is_refused(data):
    with pytest.raises(InvalidMessage):
        decode(data)


@given(st.binary())
def test_whatever_comes_is_a_message_or_is_refused(data):
    for each in (data, VERSION + data, head()[:12] + data):
        with suppress(InvalidMessage):
            decode(each)


def test_a_message_too_large_for_redis_is_refused_at_the_sender():
    with pytest.raises(ValueError, match="8,388,608 bytes"):
        encode(ME, 1, contents.PLAIN, Message(b"x" * LARGEST_BYTES))
