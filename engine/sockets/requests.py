"""Questions to clients: an event whose ack is awaited."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from engine.errors import NotConnected
from engine.wire.message import Message

LATE, NOBODY = object(), object()
"""What comes instead of an answer, after too long or when nobody can give one any more."""


class Askable(Protocol):
    """A socket that can be asked."""

    def ask(self, event: Message, callback: Callable[..., Any]) -> int:
        """Send an event whose ack calls `callback(*arguments)`; returns the ack's id."""
        ...

    def forget(self, ack_id: int) -> None:
        """Take no ack of that id any more."""
        ...


class Question:
    """One event sent to some sockets; the first answer counts."""

    def __init__(self, name: str, event: Message):
        self.name, self.event = name, event
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.asked: dict[Askable, int] = {}

    async def ask(self, sockets: Iterable[Askable], timeout: float) -> Any:
        """Send it and wait. Returns None, the ack's one argument, or the list of several.

        Raises NotConnected if there is nobody, or nobody any more, and TimeoutError after `timeout` seconds.
        """
        for socket in tuple(sockets):
            self.asked[socket] = socket.ask(self.event, self)
        if not self.asked:
            raise NotConnected("Nobody is connected who could answer.")
        answer = await self.wait(timeout)
        # Not raised where they come about: an error that knows of another, or of where it waits, is a cycle.
        if answer is LATE:
            raise TimeoutError(f"No answer to {self.name!r} within {timeout:g} s.")
        if answer is NOBODY:
            raise NotConnected("The last socket that was asked left before it answered.")
        return answer

    async def wait(self, timeout: float) -> Any:
        """Wait for the answer; that may be LATE or NOBODY as well."""
        try:
            async with asyncio.timeout(timeout):
                return await self.answer
        except TimeoutError:
            return LATE
        finally:
            for socket, ack_id in self.asked.items():
                socket.forget(ack_id)

    def __call__(self, *arguments: Any) -> None:
        """Take an answer."""
        if not self.answer.done():
            self.answer.set_result(arguments[0] if len(arguments) == 1 else list(arguments) or None)

    def lost(self, socket: Askable) -> None:
        """A socket that was asked is gone."""
        self.asked.pop(socket, None)
        if not self.asked and not self.answer.done():
            self.answer.set_result(NOBODY)
