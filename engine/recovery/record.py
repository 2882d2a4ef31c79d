"""What is known of a socket whose client is away."""

from dataclasses import dataclass
from typing import Any

from engine.recovery.interface import Seat
from engine.recovery.stays import Stays


@dataclass(slots=True, eq=False)
class Record:
    """What a client may take up again that comes with the `pid`, as the same user in the same session.

    `admitted` is the user as read when it was let in, `until` the time (of the loop, in seconds) when it is too late.
    """

    pid: str
    socket_id: str
    user_id: str
    session_id: str | None
    admitted: Any
    stays: Stays
    until: float
    is_taken: bool = False
    """Whether somebody is about to be let in with it."""

    @classmethod
    def of(cls, seat: Seat, pid: str, until: float) -> "Record":
        """That of a socket which has just ended, whose rooms are still asked for."""
        return cls(pid, seat.id, seat.user_id, seat.session_id, seat.admitted, seat.stays.copy(), until)
