"""Who is in which room, on this node."""

from collections.abc import Collection, Iterable
from typing import Any, Generic, Protocol, TypeVar

from engine.names import user_room
from engine.recovery.stays import Stays


class Listed(Protocol):
    """What the hub knows of a socket. Its `stays` in rooms are the hub's to change."""

    id: str
    namespace: str
    stays: Stays


class Listener(Protocol):
    """Who is told which rooms have members on this node, as these change.

    `number` is that of what was sent last, which dates joins and leaves.
    """

    @property
    def number(self) -> int: ...

    def opened(self, room: str, namespace: str) -> None:
        """A room has its first member here."""
        ...

    def emptied(self, room: str, namespace: str) -> None:
        """A room's last member here has left it."""
        ...

    def moved(self, socket: Any) -> None:
        """A socket has joined or left a room."""
        ...


S = TypeVar("S", bound=Listed)


class Hub(Generic[S]):
    """The index, both ways: a room's sockets here, a socket's rooms in `socket.stays`.

    Every accepted socket of a namespace is in `sockets[namespace]`; no other socket is in `rooms`, which has no room
    without a member. To python-socketio each socket is a room of its own, named after its id; `members` knows these.
    """

    def __init__(self, listener: Listener | None = None):
        self.listener = listener
        self.sockets: dict[str, dict[str, S]] = {}
        self.rooms: dict[str, dict[str, set[S]]] = {}
        self.held: dict[str, S] = {}
        """Sockets whose `connect` handler runs, or whose disconnect handlers do. Their rooms stand in `socket.stays`
        alone, and they get nothing."""

    def add(self, socket: S) -> None:
        """List an accepted socket, with the rooms that its handshake chose."""
        self.release(socket)
        self.sockets.setdefault(socket.namespace, {})[socket.id] = socket
        for room in socket.stays:
            self._list(socket, room)

    def remove(self, socket: S) -> None:
        """Take a socket out of everything; `socket.stays` still tells where it was."""
        if self.sockets.get(socket.namespace, {}).pop(socket.id, None):
            for room in socket.stays:
                self._strike(socket, room)

    def hold(self, socket: S) -> None:
        """Have a socket found by its id though it is not, or no more, accepted."""
        self.held[socket.id] = socket

    def release(self, socket: S) -> None:
        """End what `hold` began. Another may be held by the same id: who comes back has that of before."""
        if self.held.get(socket.id) is socket:
            del self.held[socket.id]

    def enter(self, socket: S, room: str) -> None:
        """Put a socket into a room."""
        socket.stays.enter(room, self.number)
        if socket.id in self.sockets.get(socket.namespace, ()):
            self._list(socket, room)
            self._tell(socket)

    def leave(self, socket: S, room: str) -> None:
        """Take a socket out of a room, if it is in it."""
        socket.stays.leave(room, self.number)
        self._strike(socket, room)
        self._tell(socket)

    def close(self, room: str, namespace: str = "/") -> None:
        """Take everybody out of a room."""
        for socket in tuple(self.members(room, namespace)):
            self.leave(socket, room)

    def members(self, rooms: str | Iterable[str], namespace: str = "/") -> Collection[S]:
        """The sockets of a room, or of any of several rooms, each once."""
        if isinstance(rooms, str):
            return self.rooms.get(namespace, {}).get(rooms) or self._alone(rooms, namespace)
        return set[S]().union(*(self.members(room, namespace) for room in rooms))

    def everybody(self, namespace: str = "/") -> Collection[S]:
        """The sockets of a namespace."""
        return self.sockets.get(namespace, {}).values()

    def of_user(self, user_id: str, namespace: str = "/") -> list[S]:
        """A user's sockets in one namespace."""
        return list(self.members(user_room(user_id), namespace))

    def all_of_user(self, user_id: str) -> list[S]:
        """A user's sockets in all namespaces."""
        return [socket for each in self.namespaces() for socket in self.of_user(user_id, each)]

    def namespaces(self) -> list[str]:
        """The namespaces that somebody is in."""
        return [namespace for namespace, sockets in self.sockets.items() if sockets]

    def accepted(self, socket_id: str, namespace: str = "/") -> S | None:
        """The accepted socket of an id."""
        return self.sockets.get(namespace, {}).get(socket_id)

    def find(self, socket_id: str, namespace: str = "/") -> S | None:
        """The socket of an id, whether it is accepted or held."""
        return self.accepted(socket_id, namespace) or self.held.get(socket_id)

    def socket(self, socket_id: str, namespace: str = "/") -> S:
        """As `find`. Raises ValueError where there is none."""
        socket = self.find(socket_id, namespace)
        if socket is None:
            raise ValueError("sid is not connected to requested namespace")
        return socket

    @property
    def number(self) -> int:
        """That of what was sent last."""
        return self.listener.number if self.listener else 0

    def _tell(self, socket: S) -> None:
        if self.listener is not None:
            self.listener.moved(socket)

    def _alone(self, socket_id: str, namespace: str) -> Collection[S]:
        socket = self.accepted(socket_id, namespace)
        return () if socket is None else (socket,)

    def _list(self, socket: S, room: str) -> None:
        rooms = self.rooms.setdefault(socket.namespace, {})
        if members := rooms.get(room):
            members.add(socket)
            return
        rooms[room] = {socket}
        if self.listener is not None:
            self.listener.opened(room, socket.namespace)

    def _strike(self, socket: S, room: str) -> None:
        rooms = self.rooms.get(socket.namespace, {})
        if members := rooms.get(room):
            members.discard(socket)
            if not members:
                del rooms[room]
                if self.listener is not None:
                    self.listener.emptied(room, socket.namespace)
