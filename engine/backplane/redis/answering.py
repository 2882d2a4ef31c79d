"""What this node does when others ask, and what it tells them."""

from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any, cast

from engine.backplane.contents import Answer, Connections, Done, Join, Members, Request
from engine.backplane.interface import Here
from engine.backplane.messages import NO_PACKET, Envelope
from engine.backplane.redis.bus import Bus
from engine.backplane.redis.listening import Listening
from engine.backplane.redis.listing import pages
from engine.errors import NotConnected
from engine.loop.portions import in_portions
from engine.loop.tasks import Tasks
from engine.wire.message import Message
from engine.wire.packet import ACK, encode

SUBSCRIBE_SECONDS = 1.0
"""How long Redis may take to subscribe this node to a room before it answers all the same."""


class Answering:
    """Answers on the channel of whoever asks."""

    def __init__(self, bus: Bus, here: Here, listening: Listening) -> None:
        self._bus, self._here, self._listening = bus, here, listening
        self._tasks = Tasks()
        self._busy: set[tuple[bytes, int]] = set()
        bus.handlers.update(
            {
                Join: self._join,
                Request: self._request,
                Members: self._members,
                Connections: self._connections,
                Done: self._done,
            }
        )

    def _join(self, envelope: Envelope, channel: bytes) -> None:
        join = cast(Join, envelope.content)
        try:
            self._here.join(join.user_id, join.rooms)
        except ValueError as error:
            self._fail(envelope, error)
            return
        if self._listening.is_confirmed(join.rooms):
            self._answer(envelope, Answer(envelope.number))
        else:
            self._start(envelope, self._listen(envelope, join.rooms))

    async def _listen(self, envelope: Envelope, rooms: Sequence[str]) -> None:
        await self._listening.confirmed(rooms, SUBSCRIBE_SECONDS)
        self._answer(envelope, Answer(envelope.number))

    def _request(self, envelope: Envelope, channel: bytes) -> None:
        self._start(envelope, self._ask(envelope, cast(Request, envelope.content)))

    async def _ask(self, envelope: Envelope, request: Request) -> None:
        try:
            said = await self._here.request(request.user_id, request.event, envelope.message, request.seconds)
            self._answer(envelope, Answer(envelope.number), encode(ACK, [said], id=0))
        except (NotConnected, TimeoutError, ValueError) as error:
            self._fail(envelope, error)

    def _members(self, envelope: Envelope, channel: bytes) -> None:
        self._start(envelope, self._list(envelope, self._here.members(cast(Members, envelope.content).room)))

    def _connections(self, envelope: Envelope, channel: bytes) -> None:
        self._start(envelope, self._list(envelope, self._here.connections()))

    async def _list(self, envelope: Envelope, items: Awaitable[Sequence[Any]]) -> None:
        async for page, last in in_portions(pages(await items)):
            self._answer(envelope, Answer(envelope.number, page=page, last=last))

    def _done(self, envelope: Envelope, channel: bytes) -> None:
        """Whoever asks this was not heard, or is not waited for here, unless the answer is still to come."""
        number = cast(Done, envelope.content).number
        if (envelope.origin, number) not in self._busy:
            self._answer(envelope, Answer(number))

    def _start(self, envelope: Envelope, coroutine: Coroutine[Any, Any, None]) -> None:
        """Answer later."""
        key = envelope.origin, envelope.number
        self._busy.add(key)
        self._tasks.spawn(coroutine).add_done_callback(lambda _: self._busy.discard(key))

    def _fail(self, envelope: Envelope, error: Exception) -> None:
        self._answer(envelope, Answer(envelope.number, type(error).__name__, str(error)))

    def _answer(self, envelope: Envelope, answer: Answer, message: Message = NO_PACKET) -> None:
        self._bus.publish([self._bus.channels.node(envelope.origin)], answer, message)

    def stop(self) -> None:
        """Answer nobody any more."""
        self._tasks.cancel()
