"""Engine.IO 4: text is text, binary data stands alone, `\\x1e` separates the packets of a payload."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence

from engine.errors import InvalidPacket
from engine.wire.message import Message
from engine.wire.revision import TEXT_TYPE

SEPARATOR = b"\x1e"


class Revision4:
    """Its bytes, see `Revision` ("Packet encoding")."""

    number = 4

    def payload(self, messages: Sequence[Message]) -> tuple[bytes, str]:
        """Encode what a poll has fetched."""
        parts: list[bytes] = []
        for message in messages:
            if message.text:
                parts.append(message.text)
            parts.extend(b"b" + b64encode(attachment) for attachment in message.attachments)
            if message.marker:
                parts.append(message.marker)
        return SEPARATOR.join(parts), TEXT_TYPE

    def packets(self, body: bytes, binary: bool) -> Iterable[str]:
        """Decode the body of a POST. Raises InvalidPacket."""
        if binary:
            raise InvalidPacket("a binary payload, which only Engine.IO 3 has")
        try:
            return body.decode().split(SEPARATOR.decode())
        except UnicodeDecodeError:
            raise InvalidPacket("text that is not UTF-8") from None

    def frames(self, message: Message) -> bytes:
        """The WebSocket frames of a message and its attachments."""
        return message.frames

    def binary(self, packet: str | bytes) -> bytes:
        """The data of a binary packet. Raises InvalidPacket."""
        return packet if isinstance(packet, bytes) else from_base64(packet[1:])


def from_base64(text: str) -> bytes:
    """Decode it strictly. Raises InvalidPacket."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise InvalidPacket("not base64") from None


ENGINEIO4 = Revision4()
