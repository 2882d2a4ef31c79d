"""What is done where a reply stands among what is published, before anything that comes after it."""

import asyncio
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import hiredis

T = TypeVar("T")


class Entering(Generic[T]):
    """Calls a function with the reply. `done` has what it returns or raises, None without a reply in time."""

    __slots__ = ("_call", "done", "since")

    def __init__(self, call: Callable[[Any], T]) -> None:
        self.since, self._call = 0, call
        self.done: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()

    def answered(self, reply: Any) -> None:
        """Redis has replied, perhaps that it will not."""
        if self.done.done():
            return
        if isinstance(reply, hiredis.ReplyError):
            self.done.set_result(None)
            return
        try:
            self.done.set_result(self._call(reply))
        except Exception as error:
            self.done.set_exception(error)

    def delayed(self) -> None:
        """Nobody waits for a Redis that is slow."""
        self.lost("")

    def lost(self, why: str) -> None:
        """There will be no reply."""
        if not self.done.done():
            self.done.set_result(None)
