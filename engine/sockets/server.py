"""python-socketio's AsyncServer on our own engine: `io.server`."""

import asyncio
import logging
from functools import partial
from inspect import isawaitable, signature

import socketio

from engine.accounts import Accounts
from engine.errors import EventError, Unavailable
from engine.hub import Rooms
from engine.limits import Limits
from engine.loop.guard import guarded
from engine.loop.tasks import Tasks
from engine.names import user_room
from engine.sockets import dispatch
from engine.sockets.admissions import Admissions
from engine.sockets.client import Client
from engine.sockets.drain import drain
from engine.sockets.hook import Hooks
from engine.sockets.socket import Socket
from engine.tokens.revocations import Revocations
from engine.transport.engine_io import EngineIO
from engine.wire.packet import RESERVED_EVENTS, encode

log = logging.getLogger("realtime")


def takes(function, arguments: tuple) -> bool:
    """Whether a function can be called with so many arguments."""
    try:
        signature(function).bind(*arguments)
    except TypeError:
        return False
    return True


class Server(socketio.AsyncServer):
    """The Socket.IO server of one app.

    It keeps python-socketio's (5.18) handlers, namespaces and public methods, and replaces how packets come in
    (`client.Client`), where clients are listed (`rooms.Rooms`) and how packets go out (`link.Link`). Each
    override below says what of AsyncServer it replaces.

    `connection(socket, user)` is the hook; `events` are the handlers of the app's events.
    """

    def __init__(self, *, limits: Limits, accounts: Accounts, connection, events: dispatch.Handlers, db):
        self.limits, self.accounts, self.connection = limits, accounts, connection
        self.events, self.db = events, db
        self.hooks = Hooks()
        self.admissions, self.revocations = Admissions(), Revocations(self)
        self.tasks, self.unfinished = Tasks(), Tasks()
        """What nobody awaits, and what still runs for clients that are gone: hooks and handlers."""
        super().__init__(async_mode="tornado", client_manager=Rooms(), limits=limits)
        self.eio.client_class = lambda link: Client(self, link)

    def _engineio_server_class(self):
        """Replaces engineio's AsyncServer."""
        return EngineIO

    def spawn(self, coroutine) -> asyncio.Task:
        """Run a task that the server keeps hold of until it is done."""
        return self.tasks.spawn(coroutine)

    async def authenticate_client(self, token: str):
        """Ask the app what a token gives. Raises Refused, and Unavailable, also where the answer takes too long."""
        try:
            async with asyncio.timeout(self.limits.authenticate_seconds):
                return await self.accounts.authenticate(token)
        except (Unavailable, TimeoutError) as error:
            self.eio.away = True
            raise Unavailable(str(error)) from error

    def has_namespace(self, namespace: str) -> bool:
        """Whether clients may connect to it: `/`, and every one that has a handler."""
        known = (self.namespaces, self.handlers, self.namespace_handlers)
        return self.namespaces == "*" or any(namespace in names or "*" in names for names in known)

    async def run_connect_handler(self, socket, auth) -> None:
        """Run the `connect` handler that `io.server` may have for the namespace.

        Raises ConnectionRefusedError of python-socketio where the handler says no, and whatever it raises.
        """
        environ = socket.link.handshake.environ()
        answer = await self._trigger_event("connect", socket.namespace, socket.id, environ, auth)
        if answer is False:
            raise socketio.exceptions.ConnectionRefusedError("Connection rejected by server")

    async def _trigger_event(self, event, namespace, *arguments):
        """Replaces one to which a handler that was cancelled has returned None, so that it would let a client in.

        Handlers of `connect` may leave out `auth`, those of `disconnect` the reason. Raises EventError where a client
        sent arguments that a handler doesn't take.
        """
        handler, arguments = self.find_handler(event, namespace, arguments)
        if handler is None:
            return self.not_handled
        if not takes(handler, arguments):
            if event not in RESERVED_EVENTS:
                raise EventError("ValidationError", f"The event {event!r} takes other arguments.")
            arguments = arguments[:-1]
        answer = handler(*arguments)
        return await answer if isawaitable(answer) else answer

    def find_handler(self, event: str, namespace: str, arguments: tuple = ()) -> tuple:
        """What runs for an event, None for nothing, and what it takes; unlike AsyncServer's, methods of Namespaces too.

        A Namespace with a `trigger_event` of its own is asked whatever the event is.
        """
        handler, given = self._get_event_handler(event, namespace, arguments)
        if handler:
            return handler, given
        owner, given = self._get_namespace_handler(namespace, arguments)
        if owner and type(owner).trigger_event is not socketio.AsyncNamespace.trigger_event:
            return partial(owner.trigger_event, event), given
        return getattr(owner, f"on_{event}", None), given

    def has_disconnect_handler(self, socket) -> bool:
        """Whether anybody wants to know that the socket is gone."""
        return bool(
            "disconnect" in socket.handlers
            or "disconnect" in self.events
            or self.find_handler("disconnect", socket.namespace)[0]
        )

    async def run_disconnect_handlers(self, socket, reason: str) -> None:
        """Run them all; one that raises is logged. They may still ask for the socket's rooms and session."""
        handlers = [socket.handlers.get("disconnect"), socket.namespace == "/" and self.events.get("disconnect")]
        calls = [partial(handler.function, socket, reason) for handler in handlers if handler]
        self.manager.unlisted[socket.id] = socket
        for call in [*calls, partial(self._trigger_event, "disconnect", socket.namespace, socket.id, reason)]:
            try:
                await guarded(call())
            except Exception:
                log.exception("A disconnect handler failed for user %s", socket.user_id)
        self.manager.unlisted.pop(socket.id, None)

    async def emit(self, event, data=None, to=None, room=None, skip_sid=None, namespace=None, callback=None, **kwargs):
        """As AsyncServer's, but an event that no client could take is refused, and no room at all is nobody."""
        if event in RESERVED_EVENTS:
            raise ValueError(f"'{event}' is an event of Socket.IO itself; choose another name")
        room = room if to is None else to
        await self.manager.emit(event, data, namespace or "/", room, skip_sid=skip_sid, callback=callback, **kwargs)

    def sockets_of(self, user_id) -> list[Socket]:
        """A user's sockets, in all namespaces. Raises TypeError for no id."""
        room, rooms = user_room(user_id), self.manager
        return [socket for namespace in rooms.get_namespaces() for socket in rooms.members(room, namespace)]

    def disconnect_user(self, user_id, reason: str, session_id: str | None = None) -> None:
        """Throw out a user, or one session of theirs, whose handshake is under way included. Raises TypeError."""
        self.close_sockets(user_id, "kicked", reason, session_id)
        self.admissions.throw_out(str(user_id), session_id)

    def close_sockets(self, user_id, code: str, reason: str, session_id: str | None = None) -> None:
        """Close every socket of a user for good, in all namespaces, or those of one session. Raises TypeError."""
        for socket in self.sockets_of(user_id):
            if session_id in (None, socket.session_id):
                socket.close(code, reason)

    async def disconnect(self, sid, namespace=None, ignore_queue=False):
        """Replaces a disconnect that leaves rooms and callbacks behind when a handler raises."""
        socket = self.manager.sockets.get(namespace or "/", {}).get(sid)
        if socket:
            socket.close("kicked", "Disconnected by the server.")

    async def get_session(self, sid, namespace=None):
        """Replaces a look-up through engineio's sockets, where those that disconnect handlers ask for are no more."""
        return self.manager.socket(sid, namespace or "/").link.session.setdefault(namespace or "/", {})

    async def save_session(self, sid, session, namespace=None):
        """Replaces the same."""
        self.manager.socket(sid, namespace or "/").link.session[namespace or "/"] = session

    def get_environ(self, sid, namespace=None):
        """Replaces a WSGI environment kept for each client."""
        try:
            return self.manager.socket(sid, namespace or "/").link.handshake.environ()
        except ValueError:
            return None

    async def _send_packet(self, eio_sid, pkt):
        """Replaces engineio's packets and queue for what AsyncServer sends by itself."""
        if link := self.eio.sockets.get(eio_sid):
            link.send(encode(pkt.packet_type, pkt.data, pkt.namespace or "/", pkt.id))

    async def drain(self, seconds: float) -> None:
        """Close everybody for now, spread over most of so many seconds, and end what still runs by then."""
        await drain(self, seconds)
