"""Two ways of reading: whatever the short one makes of bytes, the long one makes of them as well."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.errors import InvalidPacket
from engine.limits import Limits
from engine.tests.wire.packets import packets
from engine.wire.decoding import decode
from engine.wire.short_event import decode_event

LIMITS = Limits(depth=4, attachments=2)


def read(data: bytes):
    """What the long way makes of it: None for what is no packet."""
    try:
        return decode(data.decode()[1:], LIMITS)
    except (InvalidPacket, UnicodeDecodeError):
        return None


@given(packets)
@example(b'42["echo",9223372036854775807]')
@example(b'42["echo",9223372036854775808]')
@example(b'42["echo",-123456789012345678901234567890]')
@example(b'42["echo","1234567890123456789"]')
@example(b'42["echo",1e400]')
@example(b'42["echo",[[[[1]]]]]')
@example(b'42["[[[[","]]]]"]')
@example('42["é","Ā\U0001f600"]'.encode())
@example(b'42["echo","\\ud800"]')
@example(b'42["echo","\xed\xa0\x80"]')
@example(b'4200000000000000007["echo"]')
@example(b'421234567890123456["echo"]')
@example(b'4212345678901234567["echo"]')
@example(b'42 7["echo"]')
@example('42٣["echo"]'.encode())
@example(b'42["connect"]')
@example(b'42[7,"echo"]')
@example(b'42["echo"] \n')
@example(b"42[]")
def test_both_ways_agree(data):
    found = decode_event(data, LIMITS.depth)
    if found is not None:
        # As text, for 1 is 1.0 and True.
        assert repr(found) == repr(read(data))


@pytest.mark.parametrize("payload", ["x" * 64, {"to": "7", "text": "é"}, 12, [1, 2.5, None], "1234567890", "[[[[["])
@pytest.mark.parametrize("ack_id", ["", "0", "7", "9007199254740991"])
def test_the_usual_event_takes_the_short_way(ack_id, payload):
    data = f"42{ack_id}{json.dumps(['news', payload])}".encode()
    assert decode_event(data, 64) == decode(data.decode()[1:], Limits())
    assert decode_event(data, 64) is not None


@given(st.binary(max_size=40))
def test_no_bytes_make_it_raise(data):
    for head in (b"", b"42", b"42[", b'427["a",'):
        decode_event(head + data, 4)
