"""Who is connected here, for people to look at."""

import asyncio
from datetime import datetime
from typing import NamedTuple

PORTION_SECONDS = 0.01
"""How long at a time it may hold the loop."""


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
    loop = asyncio.get_running_loop()
    users, until = {}, loop.time() + PORTION_SECONDS
    for socket in [socket for namespace in rooms.get_namespaces() for socket in rooms.members(None, namespace)]:
        if loop.time() > until:
            await asyncio.sleep(0)
            until = loop.time() + PORTION_SECONDS
        if socket.ended is None:
            connected = ConnectedSocket(socket.id, socket.since, socket.ip, sorted(socket.rooms))
            users.setdefault(socket.user_id, Connection(socket.user_id, socket.user, [])).sockets.append(connected)
    return list(users.values())
