"""Who is connected here, for people to look at."""

from datetime import datetime
from typing import NamedTuple

from engine.loop.portions import in_portions


class ConnectedSocket(NamedTuple):
    """One socket of a user: its id, when it connected (UTC), the client's address and the rooms it is in."""

    id: str
    since: datetime
    ip: str
    rooms: list[str]


class Connection(NamedTuple):
    """A user who is connected, as `authenticate` told for their oldest socket, and all their sockets."""

    user_id: str
    user: object
    sockets: list[ConnectedSocket]


async def connections(rooms) -> list[Connection]:
    """Everybody who is in any namespace, in the order in which they came. Many are counted in portions."""
    users = {}
    sockets = [socket for namespace in rooms.get_namespaces() for socket in rooms.members(None, namespace)]
    async for socket in in_portions(sockets):
        if socket.ended is None:
            connected = ConnectedSocket(socket.id, socket.since, socket.ip, sorted(socket.rooms))
            users.setdefault(socket.user_id, Connection(socket.user_id, socket.user, [])).sockets.append(connected)
    return list(users.values())
