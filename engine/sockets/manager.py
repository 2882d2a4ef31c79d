"""What python-socketio's AsyncServer asks of its manager, answered by the hub and the node."""

# python-socketio has no types.
# pyright: reportMissingTypeStubs=false, reportIncompatibleMethodOverride=false

from collections.abc import Awaitable, Callable, Collection
from typing import Any

from socketio.async_manager import AsyncManager

from engine.hub import Hub
from engine.names import check_event, check_room
from engine.sockets.services import Sender
from engine.sockets.socket import Socket
from engine.wire.packet import encode_event


async def done(waiting: Awaitable[Any] | None) -> None:
    """Wait for what may be done already."""
    if waiting is not None:
        await waiting


class Manager(AsyncManager):
    """Replaces python-socketio's index (5.18).

    That walks every room of the namespace when a client leaves, lists clients in rooms before they are accepted, and
    makes a task a recipient. What it calls `sid` is `socket.id`.
    """

    def __init__(self, hub: Hub[Socket[Any]], sender: Sender):
        super().__init__()
        self.hub, self.sender = hub, sender

    async def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: str | list[str] | None = None,
        skip_sid: str | list[str] | None = None,
        callback: Callable[..., Any] | None = None,
        to: str | list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Send for `io.server.emit` and `call`, which asks the sockets of this process; no room is the namespace."""
        rooms = room if to is None else to
        skip = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        message = encode_event(check_event(event), data, namespace)
        if callback:
            for socket in tuple(self.sockets(rooms, namespace)):
                if socket.id not in skip:
                    socket.ask(message, callback)
        elif rooms is None:
            await done(self.sender.broadcast(message, skip, namespace))
        else:
            await done(self.sender.send(message, rooms, skip, namespace=namespace))

    def sockets(self, rooms: str | list[str] | None, namespace: str) -> Collection[Socket[Any]]:
        """The sockets of a room, of any of several, or of the namespace."""
        return self.hub.everybody(namespace) if rooms is None else self.hub.members(rooms, namespace)

    def get_namespaces(self) -> list[str]:
        """The namespaces somebody is in."""
        return self.hub.namespaces()

    def get_participants(self, namespace: str, room: str | list[str] | None) -> list[tuple[str, str]]:
        """(sid, engine.io sid) of everybody in a room."""
        return [(socket.id, socket.link.sid) for socket in self.sockets(room, namespace)]

    def is_connected(self, sid: str, namespace: str) -> bool:
        """Whether it has been accepted."""
        return sid in self.hub.sockets.get(namespace, ())

    def eio_sid_from_sid(self, sid: str, namespace: str) -> str | None:
        """Which transport a socket is on; None if there is no such socket."""
        socket = self.hub.find(sid, namespace)
        return socket and socket.link.sid

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """The rooms of a socket, its own among them."""
        return [*self.hub.socket(sid, namespace).stays, sid]

    def basic_enter_room(self, sid: str, namespace: str, room: str, eio_sid: str | None = None) -> None:
        """Put it into a room. Raises ValueError for a user's own, as the other two."""
        self.hub.enter(self.hub.socket(sid, namespace), check_room(room))

    def basic_leave_room(self, sid: str, namespace: str, room: str) -> None:
        """Take it out of a room."""
        self.hub.leave(self.hub.socket(sid, namespace), check_room(room))

    async def close_room(self, room: str, namespace: str) -> None:
        """Take everybody out of a room."""
        await self.sender.close(check_room(room), namespace)
