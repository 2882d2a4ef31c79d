"""Asking other nodes, and waiting for what they answer."""

import asyncio
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from engine.backplane.contents import Answer, Content, Done
from engine.backplane.messages import NO_PACKET, Envelope
from engine.backplane.redis.bus import Bus, nothing
from engine.backplane.redis.peers import Peers
from engine.backplane.redis.question import Own, Question, Read
from engine.errors import NotConnected
from engine.loop.tasks import Tasks
from engine.wire.message import Message

NARROW_SECONDS = 0.25
"""After which it is found out who it is that does not answer."""


class Questions:
    """Those that are open, by the number of their message."""

    def __init__(self, bus: Bus, peers: Peers) -> None:
        self._bus, self._peers = bus, peers
        self._open: dict[int, tuple[Question, Own | None]] = {}
        self._tasks = Tasks()
        bus.came_back = self._came_back
        bus.handlers[Answer] = self._answered

    @contextmanager
    def asking(
        self,
        channel: bytes,
        content: Content,
        read: Read,
        own: Own | None = None,
        *,
        message: Message = NO_PACKET,
        carry_out: Callable[[], None] = nothing,
        rooms: Sequence[str] = (),
    ) -> Generator[Question]:
        """Ask whoever listens to a channel; answers count while this context lives. `rooms` are as in `Bus.publish`."""
        publication = self._bus.publish([channel], content, message, carry_out, rooms)
        question = Question(publication, read)
        self._open[publication.number] = question, own
        try:
            yield question
        finally:
            del self._open[publication.number]

    def _came_back(self, number: int) -> None:
        """This node is among those who are asked."""
        question, own = self._open.get(number, (None, None))
        if question and own:
            question.is_own_due = True
            self._tasks.spawn(self._say_own(question, own))
        elif question:
            question.answered.add(self._bus.id)
            question.say(None)

    async def _say_own(self, question: Question, own: Own) -> None:
        try:
            said = await own()
        except (NotConnected, TimeoutError) as error:
            said = error
        question.is_own_due = False
        question.answered.add(self._bus.id)
        question.say(said)

    def _answered(self, envelope: Envelope, channel: bytes) -> None:
        answer = envelope.content
        if isinstance(answer, Answer) and answer.number in self._open:
            self._open[answer.number][0].take(envelope, answer)

    async def complete(self, question: Question, seconds: float, goes_on: bool = False) -> None:
        """Wait until all who were asked have answered, for so many seconds at most, or if it `goes_on` since the last.

        Who was silent before is not waited for, and who is silent now will not be.
        """
        clock = asyncio.get_running_loop().time
        question.receivers = await question.publication.receivers
        if question.receivers is None:
            return
        until = clock() + seconds
        narrow_at = clock() + min(NARROW_SECONDS, seconds / 2)
        while not question.is_complete and clock() < until:
            is_narrow = question.waited_for is not None
            if not is_narrow and (clock() >= narrow_at or self._is_explained(question)):
                await self._narrow(question)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout((until if is_narrow else narrow_at) - clock()):
                        await question.heard()
                    until = clock() + seconds if goes_on else until
        self._peers.silent |= (question.waited_for or set()) - question.answered

    async def first(self, question: Question) -> Any:
        """The first thing that is said and is no error. Raises the last error once all have answered with one."""
        question.receivers = await question.publication.receivers
        error: Exception = NotConnected("Nobody is connected who could answer.")
        while True:
            for said in question.said():
                if not isinstance(said, Exception):
                    return said
                error = said
            if question.is_complete:
                raise error
            await question.heard()

    def _is_explained(self, question: Question) -> bool:
        """Whether those who have been silent before may be all that are missing."""
        missing = (question.receivers or 0) - len(question.answered) - question.is_own_due
        return 0 < missing <= len(self._peers.silent)

    async def _narrow(self, question: Question) -> None:
        """Wait for those alone who are known to be there, and ask them all: who was not asked before says so."""
        await self._peers.forget_dead()
        question.waited_for = self._peers.known - self._peers.silent
        if question.waited_for - question.answered:
            self._bus.publish([self._bus.channels.everybody], Done(question.publication.number))
