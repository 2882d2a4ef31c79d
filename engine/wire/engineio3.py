"""Engine.IO 3: the type of a packet also stands before binary data, and its length before a packet of a payload."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence

from engine.errors import InvalidPacket
from engine.wire.engineio4 import from_base64
from engine.wire.frames import binary_frame, text_frame
from engine.wire.message import Message
from engine.wire.revision import BINARY_TYPE, TEXT_TYPE

# `<length>:` in UTF-16, of which a length counts the units; and the head of a packet in a binary payload.
TEXT_HEAD = re.compile(rb"((?:[0-9]\0){1,9}):\0")
BINARY_HEAD = re.compile(rb"([\0\1])([\0-\x09]{1,9})\xff")
MESSAGE = b"\4"


class Revision3:
    """Its bytes, see `Revision` ("Encoding"). A client that asks for `base64` gets no binary data, and none markers."""

    number = 3

    def __init__(self, base64: bool):
        self.base64 = base64

    def payload(self, messages: Sequence[Message]) -> tuple[bytes, str]:
        """Encode what a poll has fetched: as text unless binary data is among it."""
        if self.base64 or not any(message.attachments for message in messages):
            return b"".join(map(self._text, messages)) or b"0:", TEXT_TYPE
        return b"".join(map(_binary, messages)), BINARY_TYPE

    def packets(self, body: bytes, binary: bool) -> Iterator[str | bytes]:
        """Decode the body of a POST. Raises InvalidPacket."""
        if not body:
            raise InvalidPacket("an empty payload")
        try:
            yield from _binary_packets(body) if binary else _text_packets(body.decode().encode("utf-16-le"))
        except UnicodeDecodeError:
            raise InvalidPacket("text that is not UTF-8, or half of a character") from None

    def frames(self, message: Message) -> bytes:
        """The WebSocket frames of a message and its attachments, encoded once for everybody who gets them."""
        if not (message.attachments or message.marker):
            return message.frames
        if message.others is None:
            message.others = {}
        frames = message.others.get(self)
        if frames is None:
            text = text_frame(message.text) if message.text else b""
            frames = message.others[self] = text + b"".join(map(self._frame, message.attachments))
        return frames

    def binary(self, packet: str | bytes) -> bytes:
        """The data of a binary packet. Raises InvalidPacket."""
        if isinstance(packet, bytes) and packet[:1] == MESSAGE:
            return packet[1:]
        if isinstance(packet, str) and packet[:2] == "b4":
            return from_base64(packet[2:])
        raise InvalidPacket("binary data that is no message")

    def _frame(self, attachment: bytes) -> bytes:
        return text_frame(_base64(attachment)) if self.base64 else binary_frame(MESSAGE + attachment)

    def _text(self, message: Message) -> bytes:
        text = message.text
        # JavaScript's length of it: UTF-16 code units.
        units = len(text) if text.isascii() else len(text.decode().encode("utf-16-le")) // 2
        encoded = map(_base64, message.attachments)
        return (b"%d:%b" % (units, text) if text else b"") + b"".join(b"%d:%b" % (len(data), data) for data in encoded)


def _base64(attachment: bytes) -> bytes:
    return b"b4" + b64encode(attachment)


def _binary(message: Message) -> bytes:
    text = _piece(b"\0", message.text) if message.text else b""
    return text + b"".join(_piece(b"\1", MESSAGE + data) for data in message.attachments)


def _piece(kind: bytes, packet: bytes) -> bytes:
    return kind + bytes(map(int, str(len(packet)))) + b"\xff" + packet


def _text_packets(units: bytes) -> Iterator[str]:
    position = 0
    while position < len(units):
        head = TEXT_HEAD.match(units, position)
        if head is None:
            raise InvalidPacket("a packet without its length")
        start, position = head.end(), head.end() + 2 * int(head[1].replace(b"\0", b""))
        if position > len(units):
            raise InvalidPacket("a length beyond the end")
        if position > start:
            yield units[start:position].decode("utf-16-le")


def _binary_packets(body: bytes) -> Iterator[str | bytes]:
    position = 0
    while position < len(body):
        head = BINARY_HEAD.match(body, position)
        if head is None:
            raise InvalidPacket("a packet without its length")
        start, position = head.end(), head.end() + int("".join(map(str, head[2])))
        if position > len(body):
            raise InvalidPacket("a length beyond the end")
        packet = body[start:position]
        if head[1] == b"\1":
            yield packet
        elif packet:
            yield packet.decode()


ENGINEIO3, ENGINEIO3_BASE64 = Revision3(base64=False), Revision3(base64=True)
