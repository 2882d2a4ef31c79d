"""Who is connected here, for people to look at."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from engine.loop.portions import in_portions
from engine.sockets.socket import Socket


class ConnectedSocket(NamedTuple):
    """One socket of a user: its id, when it connected (UTC), the client's address and the rooms it is in."""

    id: str
    since: datetime
    ip: str
    rooms: list[str]


class Member(NamedTuple):
    """A user in a room, and the ids of their sockets in it."""

    user_id: str
    sockets: list[str]


class Connection(NamedTuple):
    """A user who is connected, as `authenticate` told for their oldest socket, and all their sockets."""

    user_id: str
    user: Any
    sockets: list[ConnectedSocket]


async def members(sockets: Iterable[Socket[Any]]) -> list[Member]:
    """The users of sockets. Many are counted in portions."""
    users: dict[str, Member] = {}
    async for socket in in_portions(sockets):
        users.setdefault(socket.user_id, Member(socket.user_id, [])).sockets.append(socket.id)
    return list(users.values())


async def connections(sockets: Iterable[Socket[Any]]) -> list[Connection]:
    """The users of sockets, in the order in which they came. Many are counted in portions."""
    users: dict[str, Connection] = {}
    async for socket in in_portions(sockets):
        if socket.ended is None:
            connected = ConnectedSocket(socket.id, socket.since, socket.ip, sorted(socket.stays))
            users.setdefault(socket.user_id, Connection(socket.user_id, socket.user, [])).sockets.append(connected)
    return list(users.values())
