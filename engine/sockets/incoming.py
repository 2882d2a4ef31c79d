"""What a client emits in one namespace: its events are handled one after another, in order."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Self

from engine.accounts import Access
from engine.endings import Ending
from engine.errors import EventError
from engine.http.errors import known_answer
from engine.loop.guard import cancelled_inside, is_cancelled
from engine.names import RENEW
from engine.sockets.handlers import Handlers
from engine.sockets.outgoing import Client, Outgoing
from engine.sockets.services import Services
from engine.tokens import renewal
from engine.wire.packet import Packet, single

COUNTED_BYTES = 1024
"""Of smaller events the number alone is bounded."""
log = logging.getLogger("realtime")


class Incoming(Outgoing):
    """The half of a socket that receives."""

    __slots__ = ("_handlers", "inbox", "renewal", "worker")

    def __init__(self, services: Services, client: Client, socket_id: str, namespace: str, access: Access):
        super().__init__(services, client, socket_id, namespace, access)
        self._handlers: Handlers | None = None
        self.inbox: deque[Packet] | None = None
        self.worker: asyncio.Task[None] | None = None
        self.renewal: asyncio.Task[None] | None = None

    @property
    def handlers(self) -> Handlers:
        """The handlers that belong to this socket alone."""
        if self._handlers is None:
            self._handlers = Handlers()
        return self._handlers

    def start_with(self, opening: Callable[[Self], Awaitable[bool]]) -> None:
        """Have events wait for `opening`, the socket's hook, which tells whether they are to be handled at all."""
        self.worker = self.services.spawn(self.open(opening))

    async def open(self, opening: Callable[[Self], Awaitable[bool]]) -> None:
        """Run the hook, then handle what the client has emitted meanwhile."""
        try:
            if await opening(self):
                await self.work()
        finally:
            # A task that was cancelled keeps where it was, and that the socket.
            self.worker = None

    def receive(self, packet: Packet, at_once: bool = False) -> None:
        """Take an event; it is handled when those before it are done, and `at_once` if there are none.

        That is for the end of what was read: nothing may be left of it that a handler could be in the way of.
        """
        if packet.data[0] == RENEW:
            self.renew(packet)
            return
        if self.inbox is None:
            self.inbox = deque()
        self.inbox.append(packet)
        if self.worker is None:
            worker = self.services.start(self.work(), at_once)
            if self.worker is None and not worker.done():
                self.worker = worker
        elif len(self.inbox) >= self.services.limits.events_waiting and self.client.ahead:
            self.link.carrier.pause_reading()
        if packet.size > COUNTED_BYTES:
            self.hold(packet.size)

    def hold(self, size: int) -> None:
        """Count what an event holds until it is handled."""
        self.services.eio.intake.hold(self, size)
        if self.client.ahead:
            self.link.carrier.pause_reading()

    def release(self, size: int) -> None:
        """It is handled."""
        self.services.eio.intake.release(self, size)
        if self.link.carrier.paused:
            self.client.read_on()

    async def work(self) -> None:
        """Handle the waiting events one after the other."""
        if self.worker is None:
            # It began at once, before anybody could take note of it.
            self.worker = asyncio.current_task()
        while self.inbox:
            packet = self.inbox.popleft()
            await self.handle(packet)
            if packet.size > COUNTED_BYTES:
                self.release(packet.size)
            if len(self.inbox) == self.services.limits.events_waiting // 2:
                self.client.read_on()
        if self.link.carrier.paused:
            self.client.read_on()
        self.worker = None

    async def handle(self, packet: Packet) -> None:
        """Run the handler of one event and answer its ack. Nothing that happens in it ends the socket.

        It awaits the handler itself, as `guarded` would: one coroutine more is a part of what a call costs.
        """
        try:
            self.acknowledge(packet, await self.begin(packet))
        except asyncio.CancelledError as error:
            if is_cancelled():
                raise
            self.fail(packet, cancelled_inside(error))
        except Exception as error:
            self.fail(packet, error)

    def fail(self, packet: Packet, error: Exception) -> None:
        """Tell the client why there is no answer."""
        try:
            self.reject(packet, error if isinstance(error, EventError) else self.explain(packet.data[0], error))
        except Exception as another:
            # What the app said cannot be sent.
            self.reject(packet, self.explain(packet.data[0], another))

    def explain(self, event: str, error: Exception) -> EventError:
        """What the client is told of an error: what it would be over REST, or only that there was one."""
        if answer := known_answer(error, self.services.answers):
            return EventError(answer.name, answer.message, answer.details)
        log.error("The handler of event %r failed for user %s", event, self.user_id, exc_info=error)
        return EventError("InternalError", "Something went wrong on the server.")

    def begin(self, packet: Packet) -> Awaitable[Any]:
        """Find the handler and begin it: the socket's own, the app's, or one that `io.server` knows.

        Raises EventError for what it does not take.
        """
        data: list[Any] = packet.data
        event = data[0]
        if packet.refused:
            raise EventError("ValidationError", f"This event holds what is not taken: {packet.refused}.")
        if self._handlers and (handler := self._handlers.get(event)):
            return handler.begin(self, data)
        if self.namespace == "/" and (handler := self.services.events.get(event)):
            return handler.begin(self, data)
        if event == RENEW:
            return renewal.renew(self, single(data[1:]), self.services.authenticate)
        return self.services.server.trigger(event, self.namespace, self.id, *data[1:])

    def renew(self, packet: Packet) -> None:
        """Renew the token beside all else that is handled, which must not make it too late. One at a time."""
        if self.renewal:
            self.reject(packet, EventError("RateLimitError", "The renewal before this one is still under way."))
        else:
            self.renewal = self.services.spawn(self.take_token(packet))

    async def take_token(self, packet: Packet) -> None:
        """Answer a renewal. Whatever goes wrong, the socket is as it was before."""
        try:
            await self.handle(packet)
            self.link.look()
        finally:
            self.renewal = None

    def close(self, ending: Ending, message: str = "") -> None:
        """As Outgoing's; what the client has emitted and still waits is not handled any more."""
        if self.ended is None and self.inbox:
            self.inbox.clear()
        super().close(ending, message)
