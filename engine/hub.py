"""Who is in which room, on this node, and how an event gets to them."""

from collections.abc import Iterable

from socketio.async_manager import AsyncManager

from engine.names import check_event, check_room
from engine.wire.message import Message
from engine.wire.packet import encode_event

NOBODY = frozenset()


class Rooms(AsyncManager):
    """The index, both ways: a room's sockets here, a socket's rooms in `socket.rooms`.

    Replaces python-socketio's AsyncManager (5.18), which walks every room of the namespace when a client leaves, lists
    clients in rooms before they are accepted, and makes a task a recipient. What it calls `sid` is `socket.id`. Every
    accepted socket of a namespace is in `sockets[namespace]`; no other socket is in here at all.
    """

    def __init__(self):
        super().__init__()
        self.sockets: dict[str, dict[str, object]] = {}
        self.rooms: dict[str, dict[str, set]] = {}
        self.unlisted: dict[str, object] = {}
        """Sockets whose handshake is under way, or whose disconnect handlers are. Their rooms stand in `socket.rooms`
        alone, and they get nothing."""

    def add(self, socket) -> None:
        """List an accepted socket, with the rooms that its handshake chose."""
        self.unlisted.pop(socket.id, None)
        self.sockets.setdefault(socket.namespace, {})[socket.id] = socket
        for room in socket.rooms:
            self.rooms.setdefault(socket.namespace, {}).setdefault(room, set()).add(socket)

    def remove(self, socket) -> None:
        """Take a socket out of everything; `socket.rooms` still tells where it was."""
        self.unlisted.pop(socket.id, None)
        if self.sockets.get(socket.namespace, {}).pop(socket.id, None):
            for room in socket.rooms:
                self.drop(socket, room)

    def enter(self, socket, room: str) -> None:
        """Put a socket into a room."""
        socket.rooms.add(room)
        if socket.id in self.sockets.get(socket.namespace, ()):
            self.rooms.setdefault(socket.namespace, {}).setdefault(room, set()).add(socket)

    def leave(self, socket, room: str) -> None:
        """Take a socket out of a room, if it is in it."""
        socket.rooms.discard(room)
        self.drop(socket, room)

    def drop(self, socket, room: str) -> None:
        """Forget a member, and the room with its last one."""
        rooms = self.rooms.get(socket.namespace, {})
        if members := rooms.get(room):
            members.discard(socket)
            if not members:
                del rooms[room]

    def close(self, room: str, namespace: str = "/") -> None:
        """Take everybody out of a room."""
        for socket in tuple(self.members(room, namespace)):
            self.leave(socket, room)

    def members(self, room, namespace: str = "/") -> Iterable:
        """The sockets of a room, of any of several rooms (each once), or, for None, of the namespace."""
        if room is None:
            return self.sockets.get(namespace, {}).values()
        rooms = self.rooms.get(namespace, {})
        if isinstance(room, str):
            return rooms.get(room) or self.alone(room, namespace)
        return set().union(*(self.members(one, namespace) for one in room))

    def alone(self, sid: str, namespace: str) -> Iterable:
        """The socket of this id: to python-socketio each socket is a room of its own."""
        socket = self.sockets.get(namespace, {}).get(sid)
        return NOBODY if socket is None else (socket,)

    def send(self, message: Message, sockets: Iterable, skip=NOBODY, volatile: bool = False) -> None:
        """Hand one encoded event to the writers of many sockets, except those whose id is in `skip`."""
        # A copy, because a socket that this makes too slow leaves its rooms at once.
        for socket in tuple(sockets):
            if socket.id not in skip and not (volatile and socket.link.behind):
                socket.link.carrier.send(message)

    async def emit(self, event, data, namespace, room=None, skip_sid=None, callback=None, to=None, **kwargs):
        """Send for `io.server.emit` and `call`; replaces a task a recipient with one encoding for all."""
        skip = frozenset(skip_sid if isinstance(skip_sid, list) else [skip_sid])
        sockets = self.members(room if to is None else to, namespace)
        if not callback:
            self.send(encode_event(check_event(event), data, namespace), sockets, skip)
            return
        for socket in tuple(sockets):
            if socket.id not in skip:
                socket.ask(event, data, callback)

    def socket(self, sid: str, namespace: str):
        """The socket of an id, accepted or in its handshake. Raises ValueError."""
        socket = self.sockets.get(namespace, {}).get(sid) or self.unlisted.get(sid)
        if socket is None:
            raise ValueError("sid is not connected to requested namespace")
        return socket

    # What AsyncServer asks of its manager, answered from the index.

    def get_namespaces(self):
        """The namespaces somebody is in."""
        return [namespace for namespace, sockets in self.sockets.items() if sockets]

    def get_participants(self, namespace, room):
        """(sid, engine.io sid) of everybody in a room."""
        return [(socket.id, socket.link.sid) for socket in self.members(room, namespace)]

    def is_connected(self, sid, namespace):
        """Whether it has been accepted."""
        return sid in self.sockets.get(namespace, ())

    def eio_sid_from_sid(self, sid, namespace):
        """Which transport a socket is on; None if there is no such socket."""
        socket = self.sockets.get(namespace, {}).get(sid) or self.unlisted.get(sid)
        return socket and socket.link.sid

    def get_rooms(self, sid, namespace):
        """The rooms of a socket, its own among them."""
        return [*self.socket(sid, namespace).rooms, sid]

    def basic_enter_room(self, sid, namespace, room, eio_sid=None):
        """Replaces the list of every room with the index. Raises ValueError for a user's own, as in the other two."""
        self.enter(self.socket(sid, namespace), check_room(room))

    def basic_leave_room(self, sid, namespace, room):
        """Replaces the list of every room with the index."""
        self.leave(self.socket(sid, namespace), check_room(room))

    def basic_close_room(self, room, namespace):
        """Replaces the list of every room with the index."""
        self.close(check_room(room), namespace)
