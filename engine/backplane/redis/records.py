"""Who may come back, as Redis keeps it: a record for each pid."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from engine.recovery.interface import Seat
from engine.recovery.record import Record
from engine.recovery.stays import Stay, Stays
from engine.wire.json_out import dumps


U = TypeVar("U")


@dataclass(slots=True)
class Written(Generic[U]):
    """What stands in a record."""

    socket_id: str
    user: U
    rooms: dict[str, int]
    past: list[tuple[str, int, int | None]]
    begun: int
    forgotten: int


@dataclass(slots=True, eq=False)
class Remote(Record):
    """A record that was read. What happened up to the number `as_of` stands in it, and later things in the logs."""

    as_of: int = 0


def owner(user_id: str, session_id: str | None) -> str:
    """Whose a record is, as one word."""
    return f"{user_id}\0{session_id}"


def write(seat: Seat) -> bytes:
    """What is to be known of a socket."""
    stays = seat.stays
    past = [tuple(stay) for stay in stays.past or ()]
    return dumps(Written(seat.id, seat.admitted, dict(stays), past, stays.begun, stays.forgotten))


class Reader:
    """Reads records of users of a type, which can be made from JSON."""

    def __init__(self, user_type: Any) -> None:
        self._form: TypeAdapter[Written[Any]] = TypeAdapter(Written[user_type])

    def read(self, pid: str, user_id: str, session_id: str, data: bytes, as_of: int) -> Remote | None:
        """A record from what was written; None for what is none of this version."""
        try:
            written = self._form.validate_json(data)
        except ValidationError:
            return None
        stays = Stays.of(written.rooms, map(Stay._make, written.past), written.begun, written.forgotten)
        return Remote(pid, written.socket_id, user_id, session_id, written.user, stays, 0.0, is_taken=True, as_of=as_of)
