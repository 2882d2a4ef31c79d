"""Who may come back, as Redis keeps it: a record for each pid."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from engine.recovery.interface import Seat
from engine.recovery.record import Record
from engine.recovery.stays import Stay, Stays
from engine.wire.json_out import dumps


class Written(NamedTuple):
    """What stands in a record."""

    socket_id: str
    role: str
    rooms: dict[str, int]
    past: list[Stay]
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


def role(user: Any) -> str:
    """What a user may be beside who they are. Somebody with another role begins anew."""
    return str(getattr(user, "role", ""))


def write(seat: Seat) -> bytes:
    """What is to be known of a socket."""
    stays = seat.stays
    return dumps(Written(seat.id, role(seat.admitted), dict(stays), stays.past or [], stays.begun, stays.forgotten))


def read(pid: str, user_id: str, session_id: str, data: bytes, as_of: int) -> Remote | None:
    """A record from what was written; None for what is none of this version."""
    try:
        written = FORM.validate_json(data)
    except ValidationError:
        return None
    stays = Stays.of(written.rooms, written.past, written.begun, written.forgotten)
    return Remote(pid, written.socket_id, user_id, session_id, written.role, stays, 0.0, is_taken=True, as_of=as_of)
