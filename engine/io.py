"""`io`: sends to anyone from anywhere."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from tornado.web import Application

from engine.accounts import Accounts
from engine.http.client_address import Proxies
from engine.http.origins import Origins
from engine.limits import Limits
from engine.names import check_event, check_room, check_target, user_room
from engine.sockets import hook
from engine.sockets.connected import Connection, connections
from engine.sockets.dispatch import Handlers
from engine.sockets.requests import Question
from engine.sockets.server import Server
from engine.sockets.socket import Socket
from engine.transport.client_script import ClientScriptHandler
from engine.transport.endpoint import EngineHandler
from engine.transport.gateway import Gateway
from engine.wire.packet import encode_event


class Member(NamedTuple):
    """A user in a room, and the ids of their sockets in it."""

    user_id: str
    sockets: list[str]


class IO:
    """The realtime side of the app. Inert until the app attaches it; every call then raises RuntimeError."""

    def __init__(self):
        self.events = Handlers()
        self._server: Server | None = None

    @property
    def server(self) -> Server:
        """The python-socketio AsyncServer underneath, for namespaces and anything else it can do."""
        if self._server is None:
            raise RuntimeError("io is not attached to an app yet; app.py does it in make_app()")
        return self._server

    user_room = staticmethod(user_room)

    def attach(
        self,
        app: Application,
        *,
        connection: Callable[[Socket, Any], Awaitable[None]],
        accounts: Accounts,
        db: Any = None,
        origins: Origins | None = None,
        proxies: Proxies | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Put Socket.IO into a Tornado application, at /socket.io/. Attaching anew starts from nothing.

        `await connection(socket, user)` runs for every new connection. `accounts` says whose a token is and which
        sessions have ended. `db` is what hooks and handlers get as `socket.db`. Pages of the `origins` may connect, by
        default those of our own. `proxies` tell a client's address from a request.
        """
        limits = limits or Limits()
        self._server = Server(limits=limits, accounts=accounts, connection=connection, events=self.events, db=db)
        arguments = {
            "eio": self._server.eio,
            "gateway": Gateway(accounts, proxies or Proxies(), origins or Origins()),
        }
        app.settings["io"] = self
        app.add_handlers(
            ".*", [("/socket.io/", EngineHandler, arguments), ("/socket.io/socket.io.js", ClientScriptHandler)]
        )

    def on(self, event: str, form=None):
        """A decorator: `@io.on("event", form=Model)` registers what clients may emit, for realtime/events.py.

        The handler is `async def handler(socket, form)`; what it returns is the client's ack. `form` is anything that
        pydantic validates. Raises ValueError for a reserved name, except "disconnect", whose handler gets the reason.
        """
        return self.events.on(event, form)

    async def send(self, room, event: str, payload=None, *, skip: str | None = None, volatile: bool = False) -> None:
        """Send an event to every socket in a room, or in any of a list of rooms (each socket gets it once).

        A tuple payload becomes several arguments; bytes may stand anywhere in it. `skip` is a socket id. `volatile`
        events skip the sockets that are behind. Returns once the event is handed to the sockets' writers.
        Raises ValueError for no room, a reserved event and NaN, TypeError for what JSON cannot hold.
        """
        message = encode_event(check_event(event), payload)
        rooms = self.server.manager
        rooms.send(message, rooms.members(check_target(room)), (skip,), volatile)

    async def broadcast(self, event: str, payload=None) -> None:
        """Send an event to every connected socket. Raises what `send` raises."""
        message = encode_event(check_event(event), payload)
        self.server.manager.send(message, self.server.manager.members(None))

    async def join(self, user_id, room: str) -> None:
        """Put every socket of a user into a room; a user who is offline is no error.

        Raises TypeError unless the id is a str, int or UUID, ValueError for a room that belongs to a user, or one more
        room than a socket may be in.
        """
        name, sockets = check_room(room), self._sockets(user_id)
        if not hook.is_outdated(name, str(user_id)):
            for socket in sockets:
                socket.enter(name)

    async def leave(self, user_id, room: str) -> None:
        """Take every socket of a user out of a room. Raises TypeError and ValueError as `join`."""
        name, sockets = check_room(room), self._sockets(user_id)
        self.server.hooks.left(name, str(user_id))
        for socket in sockets:
            self.server.manager.leave(socket, name)

    async def close(self, room: str) -> None:
        """Take everybody out of a room. Raises ValueError for a room that belongs to a user."""
        name = check_room(room)
        self.server.hooks.left(name)
        self.server.manager.close(name)

    async def disconnect(
        self, user_id, reason: str = "Disconnected by the server.", *, session: str | None = None
    ) -> None:
        """Close every socket of a user for good, in all namespaces; the client is told the reason first.

        With `session` only the sockets whose token belongs to that session. Who is in the middle of a handshake has to
        start it anew. Raises TypeError.
        """
        self.server.disconnect_user(user_id, reason, session)

    async def request(self, user_id, event: str, payload=None, *, timeout: float = 5.0):
        """Send an event and return the first answer of any of the user's sockets.

        That is None, the one argument of the ack, or the list of several. Raises NotConnected if no socket is there,
        or all leave, and TimeoutError after `timeout` seconds.
        """
        return await Question(event, payload).ask(self._sockets(user_id), timeout)

    async def online(self, user_id) -> bool:
        """Whether the user has any socket, in whatever namespace. Raises TypeError."""
        return bool(self.server.sockets_of(user_id))

    async def members(self, room: str) -> list[Member]:
        """Who is in a room. Raises ValueError for no room."""
        users: dict[str, list[str]] = {}
        for socket in self.server.manager.members([check_target(room)]):
            users.setdefault(socket.user_id, []).append(socket.id)
        return [Member(user_id, sockets) for user_id, sockets in users.items()]

    async def connections(self) -> list[Connection]:
        """Who is connected, in all namespaces: users with their sockets, for people to look at."""
        return await connections(self.server.manager)

    async def drain(self, seconds: float) -> None:
        """Tell every client that the server restarts, and close all sockets within so many seconds."""
        await self.server.drain(seconds)

    def _sockets(self, user_id) -> tuple:
        return tuple(self.server.manager.members([user_room(user_id)]))
