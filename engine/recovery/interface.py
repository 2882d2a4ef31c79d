"""What sockets ask of recovery, and what it knows of them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from engine.recovery.position import Position
from engine.recovery.stays import Stays
from engine.wire.message import Message

if TYPE_CHECKING:
    from engine.recovery.record import Record


class Seat(Protocol):
    """A socket: whose it is, when it was in which room, and by which `pid` its client can come back, None for never."""

    id: str
    pid: str | None
    session_id: str | None
    stays: Stays
    admitted: Any

    @property
    def user_id(self) -> str: ...


class Start(NamedTuple):
    """How a client begins: under this pid, with what it missed, None if that is not known, up to the marker."""

    pid: str | None
    missed: Sequence[Message] | None
    marker: Message | None


UNKNOWN = Start(None, None, None)
"""A client that cannot come back."""


class Recovery(Protocol):
    """Keeps what is sent in the namespace `/`, and who may come back, for a while."""

    async def find(self, pid: str, user_id: str, session_id: str, user: Any) -> "Record | None":
        """Take up what a pid stands for; a socket of theirs that has it, on whichever node, ends as if gone.

        None for a pid that is unknown, or too old, or not this user's in this session, and where another is just taking
        it up; nor, if that is not heard of otherwise, for a `user` whose role is another. Who finds a record has it
        alone, until `admit` has used it, or `put_back`.
        """
        ...

    def put_back(self, record: "Record") -> None:
        """Let others find a record again: nobody was let in with it."""
        ...

    async def admit(
        self, seat: Seat, record: "Record | None", position: Position | None, enter: Callable[[Start], None]
    ) -> None:
        """Let a socket in by calling `enter(start)` once, between what it has missed and what is sent from then on.

        Without a record, or if what was missed is not known whole, `start.missed` is None and its pid a new one.
        Raises what `enter` raises; nobody was let in then.
        """
        ...

    def set_up(self, seat: Seat) -> None:
        """The app is done with a new socket: there is something to come back to from now on."""
        ...

    def renew(self, seat: Seat) -> Message:
        """The client is being asked whether it is there. Returns the marker of all that it was sent."""
        ...

    def ended(self, seat: Seat, recoverable: bool) -> None:
        """A socket with a pid has ended; its client may come back, or not."""
        ...

    def forget(
        self, user_id: str, session_id: str | None = None, concerns: Callable[[Any], bool] | None = None
    ) -> None:
        """A user, or one session, may not come back as who they were, if it `concerns` the user as known."""
        ...

    def begin_anew(self) -> None:
        """Nobody may go on where they were."""
        ...

    @property
    def anybody(self) -> bool:
        """Whether anybody is away who may come back."""
        ...
