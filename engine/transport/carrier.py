"""What carries a link, and what it tells those whom it carries: the interface that WebSocket and Polling share."""

from typing import Protocol

from engine.endings import NORMAL, Ending
from engine.transport.state import State
from engine.wire.message import Message


class Reading(State):
    """Whether what the client sends is read."""

    FLOWING = "RESTING", "SPENT", "PAUSED", "WAITING"
    RESTING = "FLOWING"
    """It sent so much at once that others have their turn first."""
    SPENT = "FLOWING", "RESTING"
    """It has used up its budget for now."""
    PAUSED = "FLOWING"
    """It is ahead of its handlers."""
    WAITING = ("RESTING",)
    """There is no room for the large message that it sends."""


class Carrier(Protocol):
    """Carries what a link sends, and reads what its client sends."""

    @property
    def behind(self) -> bool:
        """Whether the client takes what it is sent slower than it is sent."""
        ...

    @property
    def paused(self) -> bool:
        """Whether the client has to wait before more of it is read."""
        ...

    @property
    def abandoned(self) -> bool:
        """Whether the client is gone though it waits to be read."""
        ...

    def send(self, message: Message) -> None:
        """Send a message, in order, without waiting."""
        ...

    def send_text(self, text: bytes) -> None:
        """Send a packet that is for nobody else, as `send`."""
        ...

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Deliver what was sent, and end. The link has ended already."""
        ...

    def drop(self, code: int = NORMAL, reason: str = "") -> None:
        """End without delivering what can't be delivered at once. The link has ended already."""
        ...

    def pause_reading(self) -> None:
        """Let the client wait: it has sent more than it can be served."""
        ...

    def resume_reading(self) -> None:
        """Go on after `pause_reading`, or because the client is asked, if it may be read by now."""
        ...


class Carried(Protocol):
    """A link, or the probe of an upgrade: who gets what a carrier reads, and hears how it fares."""

    def receive(self, text: str) -> None:
        """Take one packet of the client."""
        ...

    def receive_event(self, text: bytes) -> bool:
        """Take one packet, whose bytes need not be UTF-8, if it is a short event, as nearly all are.

        Returns whether it was one; if not, nothing has been done.
        """
        ...

    def receive_binary(self, data: bytes) -> None:
        """Take one packet that is binary."""
        ...

    def spend(self, packets: int) -> bool:
        """So many packets were read at once; 0 once it may be read again. Returns whether reading may have to rest."""
        ...

    def rest(self) -> float:
        """For how many seconds from now nothing more may be read; 0 for none."""
        ...

    def large(self, size: int) -> None:
        """A large message of so many bytes begins to come, or, if that is 0, is over."""
        ...

    def too_slow(self) -> None:
        """The client does not take what it is sent: end it."""
        ...

    def too_large(self) -> None:
        """The client sends a message that is larger than what is taken: end it."""
        ...

    def lost(self, ending: Ending) -> None:
        """The client has left, or broke the carrier's protocol, and the carrier ends."""
        ...

    def forget(self) -> None:
        """The last that a carrier says: it has ended, and nothing comes or goes any more."""
        ...


class Nobody:
    """Whom a carrier carries that has ended."""

    def receive(self, text: str) -> None:
        """Nobody is there to take it."""

    def receive_event(self, text: bytes) -> bool:
        """Nobody is there to take it."""
        return False

    def receive_binary(self, data: bytes) -> None:
        """Nobody is there to take it."""

    def spend(self, packets: int) -> bool:
        """Nobody is there whose packets count."""
        return False

    def rest(self) -> float:
        """Nobody is there who has to."""
        return 0.0

    def large(self, size: int) -> None:
        """Nobody is there to take it."""

    def too_slow(self) -> None:
        """Nobody is there to be slow."""

    def too_large(self) -> None:
        """Nobody is there who has sent it."""

    def lost(self, ending: Ending) -> None:
        """Nobody is there to be lost."""

    def forget(self) -> None:
        """Nobody is there to be forgotten."""


NOBODY = Nobody()
