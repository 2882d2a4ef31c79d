"""What `io` asks of a backplane, and what a backplane asks of the node that it is on."""

from collections.abc import Awaitable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from engine.limits import Limits
from engine.recovery.interface import Recovery, Seat
from engine.sockets.connected import Connection, Member
from engine.wire.message import Message

NOBODY: frozenset[str] = frozenset()


class Here(Protocol):
    """This process and its sockets. Names are checked and packets encoded when they come here."""

    @property
    def limits(self) -> Limits:
        """What is kept for whom, and how long."""
        ...

    @property
    def rooms(self) -> Mapping[str, Mapping[str, Collection[Any]]]:
        """By namespace, the rooms that have members here."""
        ...

    def has_socket(self, socket_id: str, namespace: str) -> bool:
        """Whether an accepted socket has this id."""
        ...

    def send(
        self,
        message: Message,
        rooms: str | Collection[str],
        skip: Collection[str | None] = NOBODY,
        volatile: bool = False,
        namespace: str = "/",
    ) -> None:
        """Hand a packet to the writers of every socket in a room, or in any of several, but of those in `skip`."""
        ...

    def broadcast(self, message: Message, skip: Collection[str | None] = NOBODY, namespace: str = "/") -> None:
        """Hand a packet to the writers of every socket of a namespace, but of those in `skip`."""
        ...

    def join(self, user_id: str, rooms: Collection[str]) -> None:
        """Put every socket of a user into rooms. Raises ValueError for one room more than a socket may be in."""
        ...

    def leave(self, user_id: str, rooms: Collection[str]) -> None:
        """Take every socket of a user out of rooms, and have hooks that run not put them there again."""
        ...

    def close(self, room: str, namespace: str = "/") -> None:
        """Take everybody out of a room, and have hooks that run put nobody there again."""
        ...

    def disconnect(self, user_id: str, reason: str, session_id: str | None = None) -> None:
        """Close every socket of a user, or of one session, for good, in all namespaces; no handshake goes on."""
        ...

    async def request(self, user_id: str, name: str, event: Message, timeout: float) -> Any:
        """Return the first answer of any of the user's sockets. Raises NotConnected and TimeoutError."""
        ...

    def online(self, user_id: str) -> bool:
        """Whether the user has any socket, in whatever namespace."""
        ...

    async def members(self, room: str) -> list[Member]:
        """Who is in a room."""
        ...

    async def connections(self) -> list[Connection]:
        """Who is connected, in all namespaces."""
        ...

    def give_way(self, pid: str, user_id: str, session_id: str) -> None:
        """End the socket of this pid, if it is here and theirs, as if it were gone: its client has come back."""
        ...

    def resync(self) -> None:
        """Have every socket connect again, bit by bit: they may have missed events."""
        ...


class Backplane(Protocol):
    """The same for all nodes. It is told which rooms have members here, as `hub.Listener`."""

    @property
    def number(self) -> int:
        """That of what was sent last, 0 where nothing is numbered."""
        ...

    @property
    def recovery(self) -> Recovery | None:
        """By what clients come back that have missed something, None for nothing: then each begins anew."""
        ...

    async def start(self) -> None:
        """Begin to hear of others."""
        ...

    async def stop(self) -> None:
        """Say goodbye to them."""
        ...

    @property
    def ready(self) -> bool:
        """Whether others hear of what is sent here."""
        ...

    def opened(self, room: str, namespace: str) -> None:
        """A room has its first member here."""
        ...

    def emptied(self, room: str, namespace: str) -> None:
        """A room's last member here has left it."""
        ...

    def moved(self, socket: Seat) -> None:
        """A socket has joined or left a room."""
        ...

    async def joining(self, room: str) -> None:
        """Return once `number` is the latest, if a socket is about to join a room from which nothing comes here yet."""
        ...

    def admitting(self, user_id: str) -> AbstractAsyncContextManager[None]:
        """What is sent to the user comes here while this context lives, however their socket does not exist yet."""
        ...

    async def entered(self, room: str) -> None:
        """Return once what is sent to a room that has a member here comes here."""
        ...

    def send(
        self,
        message: Message,
        rooms: str | Collection[str],
        skip: Collection[str | None] = NOBODY,
        volatile: bool = False,
        namespace: str = "/",
    ) -> Awaitable[Any] | None:
        """As `Here.send`. Returns what to wait for until it is done on this node, None if it is already.

        Raises ValueError for what is too large for others.
        """
        ...

    def broadcast(
        self, message: Message, skip: Collection[str | None] = NOBODY, namespace: str = "/"
    ) -> Awaitable[Any] | None:
        """As `Here.broadcast`, with the rest as in `send`."""
        ...

    async def join(self, user_id: str, rooms: Collection[str]) -> None:
        """As `Here.join`; returns once what is sent to the rooms reaches the user's sockets, wherever it is sent."""
        ...

    async def leave(self, user_id: str, rooms: Collection[str]) -> None:
        """As `Here.leave`; returns once what is sent to the rooms does not reach the user's sockets."""
        ...

    async def close(self, room: str, namespace: str = "/") -> None:
        """As `Here.close`."""
        ...

    async def disconnect(self, user_id: str, reason: str, session_id: str | None = None) -> None:
        """As `Here.disconnect`."""
        ...

    async def request(self, user_id: str, name: str, event: Message, timeout: float) -> Any:
        """As `Here.request`."""
        ...

    async def online(self, user_id: str) -> bool:
        """As `Here.online`."""
        ...

    async def members(self, room: str) -> list[Member]:
        """As `Here.members`."""
        ...

    async def connections(self) -> list[Connection]:
        """As `Here.connections`."""
        ...
