"""Which names rooms, users and events may have."""

from uuid import UUID

from engine.tokens.events import EXPIRING


def user_room(user_id) -> str:
    """The room of all of a user's sockets. Raises TypeError unless the id is a str, int or UUID."""
    if not isinstance(user_id, str | int | UUID) or isinstance(user_id, bool):
        raise TypeError(f"a user's id is a str, int or UUID, not {type(user_id).__name__}")
    return f"user::{user_id}"


def check_event(event: str) -> str:
    """Return the name of an event that the app may send. Raises ValueError for one that only the engine sends."""
    if event == EXPIRING:
        raise ValueError(f"'{event}' is sent by the engine itself; choose another name")
    return event


def check_room(room: str) -> str:
    """Return a room that sockets may be put into and taken out of by hand.

    Raises TypeError unless it is a str, ValueError if it is empty or belongs to a user.
    """
    if not isinstance(room, str):
        raise TypeError(f"a room is a str, not {type(room).__name__}")
    if not room:
        raise ValueError("a room needs a name")
    if room.startswith("user::"):
        raise ValueError(f"{room!r} belongs to a user, whose sockets are in it by themselves; choose another room")
    return room


def check_target(room):
    """Return what `io.send` may be sent to: a room, or several.

    Raises ValueError for None and "", so that nobody broadcasts by accident, and TypeError for anything else.
    """
    names = [room] if isinstance(room, str) or room is None else room
    if not isinstance(names, list | tuple | set | frozenset):
        raise TypeError(f"a room is a str, or a list of them, not {type(room).__name__}")
    for name in names:
        if name is None or name == "":
            raise ValueError("a room needs a name; to reach everybody, call io.broadcast(event, payload)")
        if not isinstance(name, str):
            raise TypeError(f"a room is a str, not {type(name).__name__}")
    return room if isinstance(room, str) else list(names)
