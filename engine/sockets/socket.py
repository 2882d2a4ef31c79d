"""One client in one namespace: the `socket` of hooks and event handlers."""

import asyncio
import itertools
import logging
import time
from collections import deque
from datetime import UTC, datetime

from engine.errors import EventError
from engine.names import check_event, check_room
from engine.sockets import dispatch, hook
from engine.sockets.requests import Question
from engine.tokens import renewal
from engine.tokens.events import RENEW
from engine.wire.message import Message
from engine.wire.packet import DISCONNECT, EVENT, encode, encode_event

log = logging.getLogger("realtime")


class Socket:
    """A connected client. `id` and `ip` are str, `user` is whose it is, `rooms` the rooms it is in.

    `session_id` is the session of the user that its token belongs to, `expires_at` when that token expires, in seconds
    since 1970. `data` is a dict of yours, `db` the app's database.
    """

    __slots__ = ("_data", "_handlers", "_since", "acks", "counter", "credit", "credited", "ended", "expires_at", "id",
                 "inbox", "link", "namespace", "renewal", "rooms", "server", "session_id", "user", "warned",
                 "worker")  # fmt: skip

    def __init__(self, server, link, socket_id: str, namespace: str):
        self.server, self.link, self.id, self.namespace = server, link, socket_id, namespace
        self.user = self.session_id = self.expires_at = self.renewal = None
        self._since, self.warned = time.time(), False
        self.rooms: set[str] = set()
        self._data = self._handlers = self.acks = self.counter = self.inbox = self.worker = self.ended = None
        self.credit, self.credited = 2 * server.limits.events_per_second, 0.0

    @property
    def user_id(self) -> str | None:
        """The id of its user."""
        return self.user and str(self.user.id)

    @property
    def ip(self) -> str:
        """The client's address."""
        return self.link.handshake.ip

    @property
    def since(self) -> datetime:
        """When it connected, in UTC."""
        return datetime.fromtimestamp(self._since, UTC)

    @property
    def db(self):
        """The database, as request handlers have it in `self.db`."""
        return self.server.db

    @property
    def data(self) -> dict:
        """A dict of yours, which lives as long as the socket."""
        if self._data is None:
            self._data = {}
        return self._data

    @property
    def handlers(self) -> dict:
        """The handlers that belong to this socket alone."""
        return self._handlers or {}

    def on(self, event: str, form=None):
        """A decorator: `@socket.on("event")` registers `async def handler(socket, payload)` for this socket alone.

        `@socket.on("disconnect")` gets `(socket, reason)`, once, when the client is gone; `socket.rooms` then still
        tells where it was. Raises ValueError for a reserved name.
        """
        if self._handlers is None:
            self._handlers = dispatch.Handlers()
        return self._handlers.on(event, form)

    async def send(self, event: str, payload=None) -> None:
        """Send an event to this socket alone. Raises ValueError or TypeError for what cannot be sent."""
        self.write(encode_event(check_event(event), payload, self.namespace))

    async def request(self, event: str, payload=None, *, timeout: float = 5.0):
        """Send an event and return the client's answer. Raises NotConnected, and TimeoutError after `timeout` s."""
        return await Question(event, payload).ask([] if self.ended else [self], timeout)

    async def join(self, room: str) -> None:
        """Join a room. Raises ValueError for a room that is not to be joined by hand, or one too many."""
        if not hook.is_outdated(check_room(room), self.user_id):
            self.enter(room)

    async def leave(self, room: str) -> None:
        """Leave a room."""
        self.server.manager.leave(self, check_room(room))

    async def disconnect(self, reason: str = "Disconnected by the server.") -> None:
        """Close this socket for good; the client is told the reason first."""
        self.close("kicked", reason)

    # Below is for the engine.

    def identify(self, access) -> None:
        """Take what `authenticate` says of a token: whose the socket is, and until when."""
        self.user, self.session_id, self.expires_at = access.user, access.session_id, access.expires_at
        self.warned = False

    def enter(self, room: str) -> None:
        """Join without asking. Raises ValueError beyond the limit."""
        if self.ended is not None:
            return
        if len(self.rooms) > self.server.limits.rooms and room not in self.rooms:
            raise ValueError(f"A socket may be in {self.server.limits.rooms} rooms; this one is.")
        self.server.manager.enter(self, room)

    def write(self, message: Message) -> None:
        """Send an encoded packet, unless the client has been told that the socket is gone."""
        if self.ended is None:
            self.link.send(message)

    def tell(self, event: str, payload) -> None:
        """Send an event of the engine itself."""
        self.write(encode(EVENT, [event, payload], self.namespace))

    def ask(self, event: str, payload, callback) -> int:
        """Send an event whose ack calls `callback(*arguments)`; returns the ack's id."""
        if self.acks is None:
            self.acks, self.counter = {}, itertools.count(1)
        ack_id = next(self.counter)
        message = encode_event(check_event(event), payload, self.namespace, ack_id)
        self.acks[ack_id] = callback
        self.write(message)
        # The answer comes behind all that the client has emitted, so reading must not wait for the handler that asks.
        self.link.carrier.resume_reading()
        return ack_id

    def answered(self, ack_id: int, arguments: list) -> None:
        """Take the client's ack; one that nobody waits for any more is ignored."""
        callback = self.acks.pop(ack_id, None) if self.acks else None
        if isinstance(callback, Question):
            callback(*arguments)
        elif callback:
            self.server.spawn(dispatch.call_back(self, callback, arguments))

    def start(self, opening=None) -> None:
        """Begin to handle events, after `opening`, the connection hook of the socket."""
        if opening:
            self.worker = self.server.spawn(self.open(opening))

    async def open(self, opening) -> None:
        """Run the hook, then what the client emitted meanwhile."""
        if await opening(self):
            await self.work()

    def receive(self, packet) -> None:
        """Take an event; it is handled when those before it are done."""
        if not self.spend():
            self.reject_flood(packet)
            return
        if packet.data[0] == RENEW:
            renewal.start(self, packet)
            return
        if self.inbox is None:
            self.inbox = deque()
        self.inbox.append(packet)
        if self.worker is None:
            self.worker = asyncio.get_running_loop().create_task(self.work())
        elif len(self.inbox) >= self.server.limits.events_waiting and not self.acks:
            self.link.carrier.pause_reading()

    async def work(self) -> None:
        """Handle the waiting events one after the other."""
        while self.inbox:
            await dispatch.handle(self, self.inbox.popleft())
            if len(self.inbox) == self.server.limits.events_waiting // 2:
                self.link.carrier.resume_reading()
        self.link.carrier.resume_reading()
        self.worker = None

    def close(self, code: str, message: str) -> None:
        """Tell the client why and close the socket for good: the stock client stays away."""
        if self.ended is None:
            self.tell("closing", {"code": code, "message": message})
            self.write(encode(DISCONNECT, namespace=self.namespace))
            if self.inbox:
                self.inbox.clear()
            self.link.client.left(self, code)

    def end(self, reason: str) -> None:
        """Leave every room now, and run the disconnect handlers once nothing else of the socket runs."""
        if self.ended is not None:
            return
        self.ended = reason
        self.server.manager.remove(self)
        if self.renewal:
            self.renewal.cancel()
        for callback in tuple((self.acks or {}).values()):
            if isinstance(callback, Question):
                callback.lost(self)
        if self.worker or self.server.has_disconnect_handler(self):
            self.server.spawn(self.finish(self.worker, reason))

    async def finish(self, worker: asyncio.Task | None, reason: str) -> None:
        """Wait for what still runs, then run the disconnect handlers."""
        if worker:
            if hook.is_running(self):
                worker.cancel()
            self.server.unfinished.hold(worker)
            await asyncio.wait([worker])
        await self.server.run_disconnect_handlers(self, reason)

    def spend(self) -> bool:
        """Whether the client may emit another event now (a token bucket, which holds two seconds' worth)."""
        rate, now = self.server.limits.events_per_second, time.monotonic()
        self.credit = min(2 * rate, self.credit + (now - self.credited) * rate) - 1
        self.credited = now
        return self.credit >= 0

    def reject_flood(self, packet) -> None:
        """Tell a client that emits too fast; one that goes on all the same is closed."""
        if self.credit < -2 * self.server.limits.events_per_second:
            self.close("flood", "This client emitted too many events.")
            return
        message = f"More than {self.server.limits.events_per_second:g} events a second; slow down."
        dispatch.reject(self, packet, EventError("RateLimitError", message))
