"""python-socketio's AsyncServer on our own engine: `io.server`."""

import asyncio
import logging

import socketio

from realtime.engine import dispatch
from realtime.engine.client import Client
from realtime.engine.engineio_server import EngineServer
from realtime.engine.errors import Unavailable
from realtime.engine.hook import Hooks
from realtime.engine.limits import Limits
from realtime.engine.packet import RESERVED_EVENTS, encode
from realtime.engine.rooms import Rooms

log = logging.getLogger("realtime")


class Server(socketio.AsyncServer):
    """The Socket.IO server of one app.

    It keeps python-socketio's (5.18) handlers, namespaces and public methods, and replaces how packets come in
    (`client.Client`), where clients are listed (`rooms.Rooms`) and how packets go out (`session.Session`). Each
    override below says what of AsyncServer it replaces.

    `authenticate(token)` returns a user with an `id`, or raises Refused or Unavailable. `connection(socket, user)` is
    the hook; `events` are the handlers of the app's events.
    """

    def __init__(self, *, limits: Limits, authenticate, connection, events: dispatch.Handlers, db):
        self.limits, self.authenticate, self.connection = limits, authenticate, connection
        self.events, self.db = events, db
        self.hooks = Hooks()
        self.tasks: set[asyncio.Task] = set()
        super().__init__(async_mode="tornado", client_manager=Rooms(), limits=limits)
        self.eio.client_class = lambda session: Client(self, session)

    def _engineio_server_class(self):
        """Replaces engineio's AsyncServer."""
        return EngineServer

    def spawn(self, coroutine) -> asyncio.Task:
        """Run a task that the server keeps hold of until it is done."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def authenticate_client(self, token: str):
        """Ask the app whose token it is. Raises Refused, and Unavailable, also where the answer takes too long."""
        try:
            async with asyncio.timeout(self.limits.authenticate_seconds):
                return await self.authenticate(token)
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
        environ = socket.session.handshake.environ()
        answer = await self._trigger_event("connect", socket.namespace, socket.id, environ, auth)
        if answer is False:
            raise socketio.exceptions.ConnectionRefusedError("Connection rejected by server")

    def has_disconnect_handler(self, socket) -> bool:
        """Whether anybody wants to know that the socket is gone."""
        return bool(
            "disconnect" in socket.handlers
            or "disconnect" in self.events
            or self._get_event_handler("disconnect", socket.namespace, ())[0]
            or self._get_namespace_handler(socket.namespace, ())[0]
        )

    async def run_disconnect_handlers(self, socket, reason: str) -> None:
        """Run them all; one that raises is logged."""
        handlers = [socket.handlers.get("disconnect"), socket.namespace == "/" and self.events.get("disconnect")]
        calls = [handler.function(socket, reason) for handler in handlers if handler]
        for call in [*calls, self._trigger_event("disconnect", socket.namespace, socket.id, reason)]:
            try:
                await call
            except Exception:
                log.exception("A disconnect handler failed for user %s", socket.user_id)

    async def emit(self, event, data=None, to=None, room=None, skip_sid=None, namespace=None, callback=None, **kwargs):
        """As AsyncServer's, but an event that no client could take is refused here."""
        if event in RESERVED_EVENTS:
            raise ValueError(f"'{event}' is an event of Socket.IO itself; choose another name")
        await self.manager.emit(
            event, data, namespace or "/", room=to or room, skip_sid=skip_sid, callback=callback, **kwargs
        )

    async def disconnect(self, sid, namespace=None, ignore_queue=False):
        """Replaces a disconnect that leaves rooms and callbacks behind when a handler raises."""
        socket = self.manager.sockets.get(namespace or "/", {}).get(sid)
        if socket:
            socket.close("kicked", "Disconnected by the server.")

    def get_environ(self, sid, namespace=None):
        """Replaces a WSGI environment kept for each client."""
        try:
            return self.manager.socket(sid, namespace or "/").session.handshake.environ()
        except ValueError:
            return None

    async def _send_packet(self, eio_sid, pkt):
        """Replaces engineio's packets and queue for what AsyncServer sends by itself."""
        if session := self.eio.sockets.get(eio_sid):
            session.send(encode(pkt.packet_type, pkt.data, pkt.namespace or "/", pkt.id))

    async def drain(self, seconds: float) -> None:
        """Close everybody for now, spread over half of so many seconds, and wait for what still runs."""
        self.eio.draining = True
        sessions = list(self.eio.sockets.values())
        steps = 20
        for step in range(steps):
            for session in sessions[step::steps]:
                session.end_for_now("drain", "The server restarts; this client connects again by itself.")
            await asyncio.sleep(seconds / 2 / steps if len(sessions) > steps else 0)
        self.eio.end_departed()
        ending = asyncio.get_running_loop().time() + max(seconds / 2, 0.1)
        # A session that polls is there until its last packets are fetched.
        while (self.tasks or self.eio.sockets) and asyncio.get_running_loop().time() < ending:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for task in self.tasks:
            task.cancel()
