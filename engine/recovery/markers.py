"""The events that tell clients their position: the stock client keeps the last argument of an event if it is a str."""

from engine.recovery.position import Position
from engine.wire.message import Message
from engine.wire.packet import EVENT, encode

MARKER = "~"
"""The name of the event. No handler sees it but those for all events."""


class Markers:
    """The markers of one epoch: each says that up to its number a client has all that is its."""

    def __init__(self, epoch: str):
        self.epoch = epoch
        self._latest: tuple[int, Message] | None = None
        self._before, _, self._after = encode(EVENT, [MARKER, str(Position(epoch, 0))]).text.rpartition(b"0")

    def text(self, number: int) -> bytes:
        """The packet, for what is sent with it to be marked."""
        return b"%b%d%b" % (self._before, number, self._after)

    def message(self, number: int) -> Message:
        """The same as a packet of its own; many clients get the latest one."""
        if self._latest is None or self._latest[0] != number:
            self._latest = number, Message(self.text(number))
        return self._latest[1]
