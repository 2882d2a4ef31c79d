"""`io`: sends to anyone from anywhere."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any

from tornado.web import Application

from engine.accounts import Accounts
from engine.backplane.interface import Backplane, Here
from engine.backplane.memory import Memory
from engine.endings import Ending
from engine.http.client_address import Proxies
from engine.http.errors import Answers
from engine.http.origins import Origins
from engine.limits import Limits
from engine.names import check_event, check_room, check_rooms, check_target, check_user, user_room
from engine.node import Node, current
from engine.permission import Allow
from engine.sockets import hook
from engine.sockets.connected import Connection, Member
from engine.sockets.handlers import F, Handlers
from engine.sockets.server import Server
from engine.sockets.socket import Socket
from engine.transport.client_script import ClientScriptHandler
from engine.transport.endpoint import EngineHandler
from engine.wire.packet import encode_event

__all__ = ["IO", "Member"]


class IO:
    """The realtime side of the app. Inert until the app attaches it; every call then raises RuntimeError.

    It checks and encodes what it is given and asks the backplane of a node: that which runs the caller, or else the
    first attached.
    """

    def __init__(self):
        self.events = Handlers()
        self._first: Node | None = None

    @property
    def node(self) -> Node:
        """What does the work: that in which the caller runs, or the first."""
        node = current.get() or self._first
        if node is None:
            raise RuntimeError("io is not attached to an app yet; app.py does it in make_app()")
        return node

    @property
    def server(self) -> Server:
        """The python-socketio AsyncServer underneath, for namespaces and anything else it can do."""
        return self.node.server

    user_room = staticmethod(user_room)

    def attach(
        self,
        app: Application,
        *,
        connection: Callable[[Socket[Any], Any], Awaitable[None]],
        accounts: Accounts,
        db: Any = None,
        origins: Origins | None = None,
        proxies: Proxies | None = None,
        limits: Limits | None = None,
        backplane: Callable[[Here], Backplane] = Memory,
        answers: Answers | None = None,
    ) -> None:
        """Put Socket.IO into a Tornado application, at /socket.io/. Attaching anew starts from nothing.

        `await connection(socket, user)` runs for every new connection. `accounts` says whose a token is and which
        sessions have ended. `db` is what hooks and handlers get as `socket.db`. Pages of the `origins` may connect, by
        default those of our own. `proxies` tell a client's address from a request. `backplane` makes what other nodes
        are heard through. `answers` are what clients are told of errors of event handlers, as by engine/http's Handler.
        """
        node = Node(
            limits=limits or Limits(),
            accounts=accounts,
            connection=connection,
            events=self.events,
            db=db,
            backplane=backplane,
            answers=answers or {},
        )
        arguments = {"eio": node.eio, "origins": origins or Origins(), "proxies": proxies or Proxies()}
        # With and without the slash: a client may have been told to leave it out.
        endpoints = [(path, EngineHandler, arguments) for path in ("/socket.io/", "/socket.io")]
        app.add_handlers(".*", [*endpoints, ("/socket.io/socket.io.js", ClientScriptHandler)])
        app.settings["node"] = self._first = node

    @contextmanager
    def beside(self) -> Generator[None]:
        """What is attached in here is one more node, and not what `io` speaks for where no node runs the caller."""
        first = self._first
        try:
            yield
        finally:
            self._first = first

    def on(self, event: str, form: Any = None, allow: Allow | None = None) -> Callable[[F], F]:
        """A decorator: `@io.on("event", form=Model)` registers what clients may emit, for realtime/events.py.

        The handler is `async def handler(socket, form)`; what it returns is the client's ack. `form` is anything that
        pydantic validates. `allow` is who may emit it: a role, a function of the user, or a list of these; others get
        ForbiddenError. Raises ValueError for a reserved name, except "disconnect", whose handler gets the reason.
        """
        return self.events.on(event, form, allow)

    async def send(
        self,
        room: str | list[str],
        event: str,
        payload: Any = None,
        *,
        skip: str | None = None,
        volatile: bool = False,
    ) -> None:
        """Send an event to every socket in a room, or in any of a list of rooms (each socket gets it once).

        A tuple payload becomes several arguments; bytes may stand anywhere in it. `skip` is a socket id. `volatile`
        events skip the sockets that are behind. Returns once the event is handed to the sockets' writers.
        Raises ValueError for no room, a reserved event and NaN, TypeError for what JSON cannot hold.
        """
        message = encode_event(check_event(event), payload)
        if waiting := self.node.backplane.send(message, check_target(room), (skip,), volatile):
            await waiting

    async def broadcast(self, event: str, payload: Any = None) -> None:
        """Send an event to every connected socket. Raises what `send` raises."""
        if waiting := self.node.backplane.broadcast(encode_event(check_event(event), payload)):
            await waiting

    async def join(self, user_id: Any, room: str | list[str]) -> None:
        """Put every socket of a user into a room, or into each of a list; a user who is offline is no error.

        Raises TypeError unless the id is a str, int or UUID, ValueError for a room that belongs to a user, or one more
        room than a socket may be in.
        """
        user, rooms = check_user(user_id), check_rooms(room)
        await self.node.backplane.join(user, [each for each in rooms if not hook.is_outdated(each, user)])

    async def leave(self, user_id: Any, room: str | list[str]) -> None:
        """Take every socket of a user out of a room, or out of each of a list. Raises as `join` for names."""
        await self.node.backplane.leave(check_user(user_id), check_rooms(room))

    async def settle(self, user_id: Any, room: str, is_member: Callable[[], Awaitable[bool]]) -> bool:
        """Have a user be in a room exactly if `await is_member()`, whoever else changes that at the same time.

        Call it after each change of what `is_member` reads, on whatever server: it asks, joins or leaves, and asks
        again until the answer is the same, so that what the database decided last is what the sockets end with. One who
        was taken out may still hear the room for as long as one of these questions takes. Returns the answer.
        Raises what `join` and `is_member` raise.
        """
        done = None
        while (member := await is_member()) != done:
            await (self.join(user_id, room) if member else self.leave(user_id, room))
            done = member
        return member

    async def close(self, room: str) -> None:
        """Take everybody out of a room. Raises ValueError for a room that belongs to a user."""
        await self.node.backplane.close(check_room(room))

    async def disconnect(
        self, user_id: Any, reason: str = Ending.KICKED.sentence, *, session: str | None = None
    ) -> None:
        """Close every socket of a user for good, in all namespaces; the client is told the reason first.

        With `session` only the sockets whose token belongs to that session. Who is in the middle of a handshake has to
        start it anew. Raises TypeError.
        """
        await self.node.backplane.disconnect(check_user(user_id), reason, session)

    async def request(self, user_id: Any, event: str, payload: Any = None, *, timeout: float = 5.0) -> Any:
        """Send an event and return the first answer of any of the user's sockets.

        That is None, the one argument of the ack, or the list of several. Raises NotConnected if no socket is there,
        or all leave, TimeoutError after `timeout` seconds, and what `send` raises.
        """
        message = encode_event(check_event(event), payload)
        return await self.node.backplane.request(check_user(user_id), event, message, timeout)

    async def online(self, user_id: Any) -> bool:
        """Whether the user has any socket, in whatever namespace. Raises TypeError."""
        return await self.node.backplane.online(check_user(user_id))

    async def members(self, room: str) -> list[Member]:
        """Who is in a room. Raises ValueError for no room."""
        check_target(room)
        return await self.node.backplane.members(room)

    async def connections(self) -> list[Connection]:
        """Who is connected, in all namespaces: users with their sockets, for people to look at."""
        return await self.node.backplane.connections()

    async def drain(self, seconds: float) -> None:
        """Tell every client that the server restarts, and close all sockets within so many seconds."""
        await self.node.drain(seconds)
