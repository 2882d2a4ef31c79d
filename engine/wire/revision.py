"""What a version of Engine.IO decides about bytes. Clients name it in the query, as `EIO`."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from engine.wire.message import Message

TEXT_TYPE = "text/plain; charset=UTF-8"
BINARY_TYPE = "application/octet-stream"


class Revision(Protocol):
    """The bytes of one version. A payload is the body of a poll's answer, or of a POST: several packets as one."""

    number: int

    def payload(self, messages: Sequence[Message]) -> tuple[bytes, str]:
        """Encode what a poll has fetched; returns the body and its content type."""
        ...

    def packets(self, body: bytes, binary: bool) -> Iterable[str | bytes]:
        """Decode the body of a POST; `binary` is whether it is of `BINARY_TYPE`.

        A packet is what it would be as one WebSocket message. Raises InvalidPacket, at once or between two packets.
        """
        ...

    def frames(self, message: Message) -> bytes:
        """The WebSocket frames of a message and its attachments."""
        ...

    def binary(self, packet: str | bytes) -> bytes:
        """The data of a binary packet, which is bytes or, in base64, text that begins with `b`.

        Raises InvalidPacket.
        """
        ...
