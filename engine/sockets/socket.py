"""One client in one namespace: the `socket` of hooks and event handlers."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Set
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, TypeVar

from engine.accounts import Access
from engine.endings import RECOVERABLE, Ending
from engine.loop.guard import guarded
from engine.mongo import Database
from engine.names import check_event, check_room
from engine.permission import Allow
from engine.sockets import hook
from engine.sockets.handlers import F
from engine.sockets.incoming import Incoming
from engine.sockets.outgoing import Client
from engine.sockets.requests import Question
from engine.sockets.services import Services
from engine.wire.packet import encode_event

U = TypeVar("U")
log = logging.getLogger("realtime")


class Socket(Incoming, Generic[U]):
    """A connected client. `id` and `ip` are str, `user` is whose it is, `rooms` the rooms it is in.

    `recovered` is whether its client was here before and has missed nothing: then it has the rooms that it would have
    if it had stayed. `session_id` is the session of the user that its token belongs to, None for none, `expires_at`
    when that token expires, in seconds since 1970. `data` is a dict of yours, `db` the app's database.
    """

    __slots__ = ("_data", "_since")

    user: U

    def __init__(self, services: Services, client: Client, socket_id: str, namespace: str, access: Access):
        super().__init__(services, client, socket_id, namespace, access)
        self._since, self._data = time.time(), None

    @property
    def rooms(self) -> Set[str]:
        """The rooms that it is in."""
        return self.stays.keys()

    @property
    def ip(self) -> str:
        """The client's address."""
        return self.link.handshake.ip

    @property
    def since(self) -> datetime:
        """When it connected, in UTC."""
        return datetime.fromtimestamp(self._since, UTC)

    @property
    def db(self) -> Database:
        """The database, as request handlers have it in `self.db`."""
        return self.services.db

    @property
    def data(self) -> dict[Any, Any]:
        """A dict of yours, which lives as long as the socket."""
        if self._data is None:
            self._data: dict[Any, Any] | None = {}
        return self._data

    def on(self, event: str, form: Any = None, allow: Allow | None = None) -> Callable[[F], F]:
        """A decorator: `@socket.on("event")` registers `async def handler(socket, payload)` for this socket alone.

        `@socket.on("disconnect")` gets `(socket, reason)`, once, when the client is gone; `socket.rooms` then still
        tells where it was. Raises ValueError for a reserved name.
        """
        return self.handlers.on(event, form, allow)

    async def send(self, event: str, payload: Any = None) -> None:
        """Send an event to this socket alone. Raises ValueError or TypeError for what cannot be sent."""
        message = encode_event(check_event(event), payload, self.namespace)
        if self.pid is None:
            self.write(message)
        elif waiting := self.services.others.send(message, self.id):
            await waiting

    async def request(self, event: str, payload: Any = None, *, timeout: float = 5.0) -> Any:
        """Send an event and return the client's answer. Raises NotConnected, and TimeoutError after `timeout` s."""
        question = Question(event, encode_event(check_event(event), payload, self.namespace))
        return await question.ask([] if self.ended else [self], timeout)

    async def join(self, room: str) -> None:
        """Join a room. Raises ValueError for a room that is not to be joined by hand, or one too many."""
        await self.services.others.joining(check_room(room))
        if not hook.is_outdated(room, self.user_id):
            self.enter(room)
            await self.services.others.entered(room)

    async def leave(self, room: str) -> None:
        """Leave a room."""
        self.services.hub.leave(self, check_room(room))

    async def disconnect(self, reason: str = Ending.KICKED.sentence) -> None:
        """Close this socket for good; the client is told the reason first."""
        self.close(Ending.KICKED, reason)

    # Below is for the engine.

    def enter(self, room: str) -> None:
        """Join without asking. Raises ValueError beyond the limit."""
        if self.ended is not None:
            return
        if len(self.stays) > self.services.limits.rooms and room not in self.stays:
            raise ValueError(f"A socket may be in {self.services.limits.rooms} rooms; this one is.")
        self.services.hub.enter(self, room)

    def end(self, ending: Ending) -> None:
        """Leave every room now, and run the disconnect handlers once nothing else of the socket runs."""
        if self.ended is not None:
            return
        self.ended = ending.reason
        self.services.hub.remove(self)
        self.leave_record(ending)
        if self.renewal:
            self.renewal.cancel()
        self.lose_answers()
        if self.worker or self.disconnect_handlers(ending.reason):
            self.services.spawn(self.finish(self.worker, ending.reason))

    def leave_record(self, ending: Ending) -> None:
        """Have the client find what it misses from now on. Without its hook it has nothing yet to come back to."""
        if self.pid and self.services.recovery:
            is_set_up = self.recovered or not self.services.hooks.is_running(self)
            self.services.recovery.ended(self, is_set_up and ending.is_(RECOVERABLE))

    def disconnect_handlers(self, reason: str) -> list[Callable[[], Awaitable[Any]]]:
        """What runs now that the client is gone: the socket's own handler, the app's, and what `io.server` has."""
        own = self._handlers.get("disconnect") if self._handlers else None
        apps = self.services.events.get("disconnect") if self.namespace == "/" else None
        calls: list[Callable[[], Awaitable[Any]]] = [
            partial(each.function, self, reason) for each in (own, apps) if each
        ]
        if self.services.server.has_handler("disconnect", self.namespace):
            calls.append(partial(self.services.server.trigger, "disconnect", self.namespace, self.id, reason))
        return calls

    async def finish(self, worker: asyncio.Task[None] | None, reason: str) -> None:
        """Wait for what still runs, then run the disconnect handlers; these may ask for the socket's rooms."""
        if worker:
            await self.let_finish(worker)
        self.services.eio.intake.forget(self)
        self.services.hub.hold(self)
        for handler in self.disconnect_handlers(reason):
            try:
                await guarded(handler())
            except Exception:
                log.exception("A disconnect handler failed for user %s", self.user_id)
        self.services.hub.release(self)

    async def let_finish(self, worker: asyncio.Task[None]) -> None:
        """Wait for the handler that runs; a hook that does is ended."""
        if self.services.hooks.is_running(self):
            worker.cancel()
        self.services.unfinished.hold(worker)
        await asyncio.wait([worker])
