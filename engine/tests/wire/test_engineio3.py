"""The worked examples of the protocol's document, revision 3, byte for byte, and what no client may send."""

import pytest

from engine.errors import InvalidPacket
from engine.wire.engineio3 import ENGINEIO3, ENGINEIO3_BASE64
from engine.wire.engineio4 import ENGINEIO4
from engine.wire.frames import binary_frame, text_frame
from engine.wire.message import Message
from engine.wire.revision import BINARY_TYPE, TEXT_TYPE

OPEN = '0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":5000}'
BUFFER = bytes.fromhex("01 02 03 04")
BINARY_PAYLOAD = bytes.fromhex("00 04 ff 34 e2 82 ac 01 05 ff 04 01 02 03 04")
EURO_AND_BUFFER = [Message("4€".encode(), [BUFFER])]


def read(body: bytes, binary: bool = False) -> list[str | bytes]:
    return list(ENGINEIO3.packets(body, binary))


@pytest.mark.parametrize(
    ("packets", "body"),
    [
        ([OPEN], f"96:{OPEN}"),
        (["4hey"], "4:4hey"),
        (["4hello", "4world"], "6:4hello6:4world"),
        (["4hello", "4€"], "6:4hello2:4€"),
    ],
)
def test_text_is_written_and_read_as_in_the_document(packets, body):
    messages = [Message(packet.encode()) for packet in packets]
    assert ENGINEIO3.payload(messages) == ENGINEIO3_BASE64.payload(messages) == (body.encode(), TEXT_TYPE)
    assert read(body.encode()) == packets


def test_binary_data_is_written_and_read_as_in_the_document():
    assert ENGINEIO3.payload(EURO_AND_BUFFER) == (BINARY_PAYLOAD, BINARY_TYPE)
    text, data = read(BINARY_PAYLOAD, binary=True)
    assert (text, ENGINEIO3.binary(data)) == ("4€", BUFFER)


def test_base64_is_written_and_read_as_in_the_document():
    body = "2:4€10:b4AQIDBA==".encode()
    assert ENGINEIO3_BASE64.payload(EURO_AND_BUFFER) == (body, TEXT_TYPE)
    text, data = read(body)
    assert (text, ENGINEIO3.binary(data)) == ("4€", BUFFER)


def test_binary_data_on_a_websocket_begins_with_its_type_as_in_the_document():
    message = Message(b"451-[]", [bytes((0, 1, 2, 3, 4, 5))])
    frames = text_frame(b"451-[]") + binary_frame(bytes((4, 0, 1, 2, 3, 4, 5)))
    assert ENGINEIO3.frames(message) == frames
    assert ENGINEIO3.binary(bytes((4, 0, 1, 2, 3, 4, 5))) == message.attachments[0]


def test_who_asks_for_base64_gets_it_on_a_websocket_too():
    assert ENGINEIO3_BASE64.frames(EURO_AND_BUFFER[0]) == text_frame("4€".encode()) + text_frame(b"b4AQIDBA==")


def test_text_is_the_same_frame_in_every_revision():
    message = Message(b"4hello")
    assert ENGINEIO3.frames(message) is ENGINEIO3_BASE64.frames(message) is message.frames


def test_frames_are_made_once_for_everybody():
    message = Message(b"451-[]", [BUFFER])
    assert ENGINEIO3.frames(message) is ENGINEIO3.frames(message)
    assert ENGINEIO3_BASE64.frames(message) is ENGINEIO3_BASE64.frames(message)


@pytest.mark.parametrize(
    ("revision", "payload", "frames"),
    [
        (ENGINEIO3, (bytes.fromhex("01 05 ff 04 01 02 03 04"), BINARY_TYPE), binary_frame(b"\4" + BUFFER)),
        (ENGINEIO3_BASE64, (b"10:b4AQIDBA==", TEXT_TYPE), text_frame(b"b4AQIDBA==")),
        (ENGINEIO4, (b"bAQIDBA==", TEXT_TYPE), binary_frame(BUFFER)),
    ],
)
def test_binary_data_needs_no_text_beside_it(revision, payload, frames):
    message = Message(b"", [BUFFER])
    assert revision.payload([message]) == payload
    assert revision.frames(message) == frames


@pytest.mark.parametrize("revision", [ENGINEIO3, ENGINEIO3_BASE64])
def test_no_packets_are_a_payload_as_well(revision):
    assert revision.payload([]) == (b"0:", TEXT_TYPE)
    assert read(b"0:") == []


def test_a_packet_of_no_length_is_skipped():
    assert read(b"0:2:4a000:1:2") == ["4a", "2"]
    assert read(bytes.fromhex("00 00 ff 00 02 ff 34 61"), binary=True) == ["4a"]


@pytest.mark.parametrize("text", ["😀", "a😀b€", "\uffff", "\U00010000", "👩‍👩‍👧"])
def test_a_length_counts_what_javascript_counts(text):
    units = 1 + len(text.encode("utf-16-le")) // 2
    body = f"{units}:4{text}1:2".encode()
    assert ENGINEIO3.payload([Message(f"4{text}".encode()), Message(b"2")]) == (body, TEXT_TYPE)
    assert read(body) == [f"4{text}", "2"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "4hello",
        "x:4",
        ":4a",
        "-1:4a",
        "+2:4a",
        "2.0:4a",
        " 2:4a",
        "1e1:4aaaaaaaaa",
        "٢:4a",  # a digit, but none of ASCII's
        "²:4a",  # what `isdigit` takes for one, and `int` does not
        "3:4a",  # a length that lies
        "999999999:4a",
        "0000000002:4a",  # digits without end
        "1" * 100_000,
        "2:4a2",  # digits left over
        "2:4a2:",
        "2:4a\x1e2:4b",
        "1:😀",  # half of a character
        "2:4😀1:2",
    ],
    ids=ascii,
)
def test_text_with_a_wrong_length_is_refused(body):
    with pytest.raises(InvalidPacket):
        read(body.encode())


@pytest.mark.parametrize(
    "body",
    [
        "",
        "02 01 ff 34",  # neither text nor binary
        "34 68 69",
        "00",
        "00 01",
        "00 ff 34",  # no length
        "00 0a ff 34",  # a byte that is no digit
        "00 31 ff 34",
        "00 02 ff 34",  # a length that lies
        "00 09 09 09 09 09 09 09 09 09 ff 34",
        "00 00 00 00 00 00 00 00 00 00 01 ff 34",  # digits without end
        "00" + "01" * 10_000,
        "00 01 ff 34 00",  # left over
        "00 01 ff ff",  # not UTF-8
        "00 02 ff 34 e2",
    ],
)
def test_a_binary_payload_with_a_wrong_head_is_refused(body):
    with pytest.raises(InvalidPacket):
        read(bytes.fromhex(body), binary=True)


@pytest.mark.parametrize("body", [b"\xff", b"2:4\xff", b"4:4\xed\xa0\x80", b"\x00\x02\xff4a"])
def test_text_that_is_not_utf_8_is_refused(body):
    with pytest.raises(InvalidPacket):
        read(body)


@pytest.mark.parametrize("packet", [b"", b"\0", b"\3a", b"4a", "", "b", "bAQID", "b3AQID", "b4AQI", "b4!", "4a"])
def test_binary_data_that_is_no_message_is_refused(packet):
    with pytest.raises(InvalidPacket):
        ENGINEIO3.binary(packet)


def test_packets_before_a_wrong_one_are_read():
    packets = ENGINEIO3.packets(b"2:4a3:4b", False)
    assert next(iter(packets)) == "4a"
    with pytest.raises(InvalidPacket):
        next(iter(packets))
