"""A packet as it goes out."""

from collections.abc import Sequence

from engine.wire.frames import binary_frame, text_frame


class Message:
    """One packet, encoded once for everybody who gets it. `text` is empty where binary data stands alone.

    `frames` are its WebSocket frames, one after the other, as Engine.IO 4 has them; where another revision has others,
    it keeps its own in `others`. `marker` is a packet that clients of Engine.IO 4 get right after it.
    """

    __slots__ = ("attachments", "frames", "marker", "others", "text")

    def __init__(self, text: bytes, attachments: Sequence[bytes] = ()):
        self.text, self.attachments, self.frames = text, attachments, text_frame(text) if text else b""
        if attachments:
            self.frames += b"".join(map(binary_frame, attachments))
        self.marker = b""
        self.others: dict[object, bytes] | None = None

    def mark(self, marker: bytes) -> None:
        """Have a packet follow it."""
        self.marker = marker
        self.frames += text_frame(marker)

    @property
    def size(self) -> int:
        """Its bytes, framing left out."""
        size = len(self.text) + len(self.marker)
        return size + sum(map(len, self.attachments)) if self.attachments else size
