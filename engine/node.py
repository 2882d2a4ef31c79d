"""What this process does to its sockets, whoever asks for it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextvars import ContextVar, copy_context
from typing import Any

from engine.accounts import Accounts, Ended
from engine.backplane.interface import NOBODY, Backplane, Here
from engine.backplane.memory import Memory
from engine.endings import FOR_GOOD, Ending
from engine.http.errors import Answers
from engine.hub import Hub
from engine.limits import Limits
from engine.sockets.admissions import Admissions
from engine.sockets.client import Client
from engine.sockets.client2 import Client2, others
from engine.sockets.connected import Connection, Member, connections, members
from engine.sockets.drain import begin_anew, drain, resync
from engine.sockets.handlers import Handlers
from engine.sockets.requests import Question
from engine.sockets.server import Server
from engine.sockets.services import Services
from engine.sockets.socket import Socket
from engine.tokens.revocations import Revocations
from engine.transport.engine_io import EngineIO
from engine.transport.link import Link
from engine.wire.message import Message

current: ContextVar["Node | None"] = ContextVar("node", default=None)
"""The node that runs the code which asks: hooks, handlers, requests, and what they start."""


class Node:
    """One process' part of the realtime side of an app; tests have several in one process.

    Its calls take and return plain data only: packets that are encoded, names that are checked, ids as str. So each can
    be made for another process as well: `io` asks the backplane, which asks this node, and others where there are any.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        accounts: Accounts,
        connection: Callable[[Socket[Any], Any], Awaitable[None]],
        events: Handlers,
        db: Any,
        answers: Answers,
        backplane: Callable[[Here], Backplane] = Memory,
    ):
        context = copy_context()
        context.run(current.set, self)
        self.limits = limits
        self.hub: Hub[Socket[Any]] = Hub()
        self.backplane = self.hub.listener = backplane(self)
        self.eio = EngineIO(limits, accounts, self.client)
        self.server = Server(self.eio, self.hub, self.backplane)
        self.services = Services(
            limits,
            accounts,
            connection,
            events,
            db,
            answers,
            context,
            self.hub,
            self.eio,
            self.server,
            self.backplane,
            Revocations(accounts, self, self.eio.wheel, limits),
            Admissions(),
        )

    @property
    def rooms(self) -> Mapping[str, Mapping[str, Collection[Socket[Any]]]]:
        """By namespace, the rooms that have members here."""
        return self.hub.rooms

    def has_socket(self, socket_id: str, namespace: str) -> bool:
        """Whether an accepted socket has this id."""
        return self.hub.accepted(socket_id, namespace) is not None

    async def start(self) -> None:
        """Begin to hear of other nodes."""
        await self.backplane.start()

    def client(self, link: Link) -> Client:
        """The Socket.IO side of a new link."""
        kind = Client2 if link.revision.number == 3 else Client
        return kind(self.services, link)

    def send(
        self,
        message: Message,
        rooms: str | Collection[str],
        skip: Collection[str | None] = NOBODY,
        volatile: bool = False,
        namespace: str = "/",
    ) -> None:
        """Hand a packet to the writers of every socket in a room, or in any of several, but of those in `skip`."""
        for socket in others(self.hub.members(rooms, namespace), skip, namespace, self.eio.sockets):
            if not (volatile and socket.link.behind):
                socket.link.carrier.send(message)

    def broadcast(self, message: Message, skip: Collection[str | None] = NOBODY, namespace: str = "/") -> None:
        """Hand a packet to the writers of every socket of a namespace, but of those in `skip`."""
        for socket in others(self.hub.everybody(namespace), skip, namespace, self.eio.sockets):
            socket.link.carrier.send(message)

    def join(self, user_id: str, rooms: Collection[str]) -> None:
        """Put every socket of a user into rooms. Raises ValueError for one room more than a socket may be in."""
        for socket in self.hub.of_user(user_id):
            for room in rooms:
                socket.enter(room)

    def leave(self, user_id: str, rooms: Collection[str]) -> None:
        """Take every socket of a user out of rooms, and have hooks that run not put them there again."""
        for room in rooms:
            self.services.hooks.left(room, user_id)
            for socket in self.hub.of_user(user_id):
                self.hub.leave(socket, room)

    def close(self, room: str, namespace: str = "/") -> None:
        """Take everybody out of a room, and have hooks that run put nobody there again."""
        if namespace == "/":
            self.services.hooks.left(room)
        self.hub.close(room, namespace)

    def disconnect(self, user_id: str, reason: str, session_id: str | None = None) -> None:
        """Close every socket of a user, or of one session, for good, in all namespaces; no handshake goes on."""
        self.services.admissions.throw_out(user_id, session_id)
        for socket in self.hub.all_of_user(user_id):
            if session_id in (None, socket.session_id):
                socket.close(Ending.KICKED, reason)

    async def request(self, user_id: str, name: str, event: Message, timeout: float) -> Any:
        """Send an event, called `name`, and return the first answer of any of the user's sockets.

        Raises NotConnected if none is here, or all leave, and TimeoutError after `timeout` seconds.
        """
        return await Question(name, event).ask(self.hub.of_user(user_id), timeout)

    def online(self, user_id: str) -> bool:
        """Whether the user has any socket here, in whatever namespace."""
        return bool(self.hub.all_of_user(user_id))

    async def members(self, room: str) -> list[Member]:
        """Who is in a room here. Many are counted in portions."""
        return await members(tuple(self.hub.members(room)))

    async def connections(self) -> list[Connection]:
        """Who is connected here, in all namespaces."""
        return await connections([socket for each in self.hub.namespaces() for socket in self.hub.everybody(each)])

    def give_way(self, pid: str, user_id: str, session_id: str) -> None:
        """End the socket of this pid, if it is here and theirs, as if it were gone: its client has come back."""
        for socket in self.hub.of_user(user_id):
            if (socket.pid, socket.session_id) == (pid, session_id):
                socket.link.close(Ending.NETWORK)

    def resync(self) -> None:
        """Have every socket connect again, bit by bit: they may have missed what other nodes sent."""
        self.services.spawn(resync(self.services))

    def begin_anew(self) -> None:
        """Have every socket connect again, and nobody go on where they were: what their users may do is not known."""
        self.services.spawn(begin_anew(self.services))

    # Below is what goes on in this process alone.

    def anybody(self) -> bool:
        """Whether anybody is connected, about to be, or may come back."""
        return bool(self.services.admissions or self.hub.namespaces() or self.services.is_anybody_away)

    def heed(self, user_id: str, ended: Ended) -> None:
        """Have handshakes under way heed what has ended: the user may not come in by them."""
        self.services.admissions.throw_out(user_id, ended.session_id, ended.concerns)

    def close_ended(self, user_id: str, ended: Ended) -> None:
        """Close the sockets, in all namespaces, of a session that has ended, or of a user's former role for now."""
        ending = Ending.REVOKED if ended.code == Ending.REVOKED.code else Ending.ROLE
        if self.services.recovery:
            self.services.recovery.forget(user_id, ended.session_id, ended.concerns)
        for socket in self.hub.all_of_user(user_id):
            if ended.session_id in (None, socket.session_id) and ended.concerns(socket.admitted):
                (socket.close if ending.is_(FOR_GOOD) else socket.link.close)(ending, ended.why)

    def run_here(self) -> None:
        """Have the caller, and what it starts, run on this node."""
        current.set(self)

    async def drain(self, seconds: float) -> None:
        """Close everybody for now, spread over most of so many seconds, and end what still runs by then."""
        await drain(self.services, seconds)
        await self.backplane.stop()
