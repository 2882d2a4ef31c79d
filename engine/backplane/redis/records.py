"""Who may come back, as Redis keeps it: a record for each pid."""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from engine.recovery.interface import Seat
from engine.recovery.record import Record
from engine.recovery.stays import Stay, Stays
from engine.wire.json_out import dumps


@dataclass(slots=True)
class Written:
    """What stands in a record."""

    socket_id: str
    user: Any
    rooms: dict[str, int]
    past: list[tuple[str, int, int | None]]
    begun: int
    forgotten: int


FORM = TypeAdapter(Written)


@dataclass(slots=True, eq=False)
class Remote(Record):
    """A record that was read. What happened up to the number `as_of` stands in it, and later things in the logs."""

    as_of: int = 0


def owner(user_id: str, session_id: str | None) -> str:
    """Whose a record is, as one word."""
    return f"{user_id}\0{session_id}"


def role(user: Any) -> Any:
    """What a user may be beside who they are."""
    return getattr(user, "role", None)


def write(seat: Seat) -> bytes:
    """What is to be known of a socket."""
    stays = seat.stays
    past = [(stay.room, stay.joined, stay.left) for stay in stays.past or ()]
    written = Written(seat.id, seat.admitted, dict(stays), past, stays.begun, stays.forgotten)
    try:
        return dumps(written)
    except (TypeError, ValueError):
        # Users who are no JSON begin anew, wherever a node has to be told who they were.
        return dumps(replace(written, user=None))


class Reader:
    """Reads records of users of a type, which can be made from JSON."""

    def __init__(self, user_type: Any) -> None:
        self._user: TypeAdapter[Any] = TypeAdapter(user_type)

    def read(self, pid: str, user_id: str, session_id: str, data: bytes, as_of: int) -> Remote | None:
        """A record from what was written; None for what is none of this version."""
        try:
            written = FORM.validate_json(data)
            user = self._user.validate_python(written.user)
        except ValidationError:
            return None
        stays = Stays.of(written.rooms, map(Stay._make, written.past), written.begun, written.forgotten)
        return Remote(pid, written.socket_id, user_id, session_id, user, stays, 0.0, is_taken=True, as_of=as_of)
