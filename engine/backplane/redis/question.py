"""One message that other nodes answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from engine.backplane.contents import Answer
from engine.backplane.messages import Envelope
from engine.backplane.redis.publication import Publication
from engine.wire.message import Message

Read = Callable[[Answer, Message], Any]
"""What an answer of another node says; an exception for an error."""
Own = Callable[[], Awaitable[Any]]
"""What this node says itself, if it is among those who were asked."""


class Question:
    """Collects what those nodes say that a message went to."""

    def __init__(self, publication: Publication, read: Read) -> None:
        self.publication, self._read = publication, read
        self.answered: set[bytes] = set()
        """Who has said all."""
        self.waited_for: set[bytes] | None = None
        """Whose answers are enough, None for as many as the message went to."""
        self.is_own_due = False
        self.receivers: int | None = None
        self._said: list[Any] = []
        self._news = asyncio.Event()

    @property
    def is_complete(self) -> bool:
        """Whether nobody is waited for any more."""
        if self.receivers is None or self.is_own_due:
            return False
        enough = self.waited_for is not None and self.answered >= self.waited_for
        return enough or len(self.answered) >= self.receivers

    def take(self, envelope: Envelope, answer: Answer) -> None:
        """Another node has answered."""
        if answer.last:
            self.answered.add(envelope.origin)
        self.say(self._read(answer, envelope.message))

    def say(self, what: Any) -> None:
        """Keep what somebody has said for who waits."""
        self._said.append(what)
        self._news.set()

    async def heard(self) -> None:
        """Wait until somebody says something."""
        self._news.clear()
        await self._news.wait()

    def said(self) -> list[Any]:
        """What was said since this was last asked."""
        said, self._said = self._said, []
        return said
