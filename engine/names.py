"""Which names rooms, users and events may have."""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

EXPIRING, RENEW = "token:expiring", "token:renew"
"""The events of the engine about tokens: neither is the app's to send or to handle."""


def check_user(user_id: object) -> str:
    """Return a user's id as a str. Raises TypeError unless it is a str, int or UUID."""
    if not isinstance(user_id, str | int | UUID) or isinstance(user_id, bool):
        raise TypeError(f"a user's id is a str, int or UUID, not {type(user_id).__name__}")
    return str(user_id)


def user_room(user_id: object) -> str:
    """The room of all of a user's sockets. Raises TypeError unless the id is a str, int or UUID."""
    return f"user::{check_user(user_id)}"


def check_event(event: str) -> str:
    """Return the name of an event that the app may send. Raises ValueError for one that only the engine sends."""
    if event == EXPIRING:
        raise ValueError(f"'{event}' is sent by the engine itself; choose another name")
    return event


def check_name(room: object) -> str:
    """Return a room. Raises TypeError unless it is a str."""
    if not isinstance(room, str):
        raise TypeError(f"a room is a str, not {type(room).__name__}")
    return room


def check_room(room: object) -> str:
    """Return a room that sockets may be put into and taken out of by hand.

    Raises TypeError unless it is a str, ValueError if it is empty or belongs to a user.
    """
    name = check_name(room)
    if not name:
        raise ValueError("a room needs a name")
    if name.startswith("user::"):
        raise ValueError(f"{name!r} belongs to a user, whose sockets are in it by themselves; choose another room")
    return name


def check_rooms(room: object) -> list[str]:
    """Return a room, or a list of them, as a list. Raises what `check_room` raises."""
    return [check_room(name) for name in several(room)]


def check_target(room: object) -> str | list[str]:
    """Return what `io.send` may be sent to: a room, or several.

    Raises ValueError for None and "", so that nobody broadcasts by accident, and TypeError for anything else.
    """
    if isinstance(room, str) and room:
        return room
    names = several(room)
    if None in names or "" in names:
        raise ValueError("a room needs a name; to reach everybody, call io.broadcast(event, payload)")
    return [check_name(name) for name in names]


def several(room: object) -> list[object]:
    """What was given as one or several, as a list. Raises TypeError for what is neither a name nor a list of them."""
    if isinstance(room, str) or room is None:
        return [room]
    if not isinstance(room, list | tuple | set | frozenset):
        raise TypeError(f"a room is a str, or a list of them, not {type(room).__name__}")
    return list(cast(Iterable[object], room))
