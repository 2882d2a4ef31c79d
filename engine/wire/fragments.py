"""A WebSocket message that comes in several frames (RFC 6455, 5.4)."""

from codecs import getincrementaldecoder

from engine.wire.frames import TEXT


class Fragments:
    """What is there of the message; `count` frames with `data` so far."""

    __slots__ = ("_decoder", "count", "data", "opcode")

    def __init__(self, opcode: int):
        self.opcode, self.data, self.count = opcode, bytearray(), 0
        self._decoder = getincrementaldecoder("utf-8")() if opcode == TEXT else None

    def add(self, payload: bytes) -> None:
        """Append a frame's payload.

        Raises UnicodeDecodeError as soon as nothing that follows could make a text UTF-8 (8.1).
        """
        # What the decoder gives isn't kept: one emoji would make the text four times as big as its bytes.
        if self._decoder is not None:
            self._decoder.decode(payload)
        self.data += payload
        self.count += 1

    def message(self) -> tuple[int, str | bytes]:
        """The whole message, as (opcode, payload). Raises UnicodeDecodeError for a text that ends too soon."""
        return self.opcode, self.data.decode() if self.opcode == TEXT else bytes(self.data)
