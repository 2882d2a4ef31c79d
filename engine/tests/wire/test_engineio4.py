"""The worked examples of the protocol's document, revision 4, byte for byte."""

import pytest

from engine.errors import InvalidPacket
from engine.wire.engineio4 import ENGINEIO4
from engine.wire.frames import binary_frame, text_frame
from engine.wire.message import Message
from engine.wire.revision import TEXT_TYPE


def test_text_is_joined_as_in_the_document():
    body = "4hello\x1e2\x1e4€".encode()
    assert ENGINEIO4.payload([Message(b"4hello"), Message(b"2"), Message("4€".encode())]) == (body, TEXT_TYPE)
    assert list(ENGINEIO4.packets(body, False)) == ["4hello", "2", "4€"]


def test_binary_data_is_base64_in_a_payload_and_alone_on_a_websocket():
    message = Message(b"4hello", [b"\1\2\3\4"])
    assert ENGINEIO4.payload([message]) == (b"4hello\x1ebAQIDBA==", TEXT_TYPE)
    assert ENGINEIO4.frames(message) == text_frame(b"4hello") + binary_frame(b"\1\2\3\4")
    assert ENGINEIO4.binary("bAQIDBA==") == ENGINEIO4.binary(b"\1\2\3\4") == b"\1\2\3\4"


@pytest.mark.parametrize(("body", "binary"), [(b"\0\1\xff4", True), (b"4\xff", False)])
def test_a_body_that_is_no_text_is_refused(body, binary):
    with pytest.raises(InvalidPacket):
        ENGINEIO4.packets(body, binary)


@pytest.mark.parametrize("packet", ["b!", "bAQI", "bAQID\n"])
def test_base64_is_read_strictly(packet):
    with pytest.raises(InvalidPacket):
        ENGINEIO4.binary(packet)
