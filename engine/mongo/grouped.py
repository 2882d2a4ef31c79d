"""One query for all who ask within one turn of the event loop.

A call of the driver costs far more than a document, so when 64 sockets connect at once their 64 users are one `$in`.
Nothing is kept from turn to turn: whoever asks later asks the database again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterator
from functools import wraps
from typing import Any, Generic, TypeVar

from engine.loop.tasks import Tasks
from engine.mongo.driver import Database

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Group(Generic[Key, Value]):
    """Those who asked in this turn, each with a future of their own: one who gives up takes the answer from nobody."""

    def __init__(self, db: Database):
        self.db = db
        self.waiting: list[tuple[Key, asyncio.Future[Value | None]]] = []

    def add(self, key: Key) -> asyncio.Future[Value | None]:
        """Ask for one key."""
        future: asyncio.Future[Value | None] = asyncio.get_running_loop().create_future()
        self.waiting.append((key, future))
        return future

    async def answer(self, fetch: Callable[[Database, list[Key]], Awaitable[dict[Key, Value]]]) -> None:
        """Fetch what was asked for, and give it to those who still wait."""
        try:
            found = await fetch(self.db, list({key for key, _ in self.waiting}))
        except BaseException as error:
            for _, future in self._open():
                future.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            for key, future in self._open():
                future.set_result(found.get(key))

    def _open(self) -> Iterator[tuple[Key, asyncio.Future[Value | None]]]:
        return (each for each in self.waiting if not each[1].done())


def grouped(
    fetch: Callable[[Database, list[Key]], Awaitable[dict[Key, Value]]],
) -> Callable[[Database, Key], Coroutine[Any, Any, Value | None]]:
    """Turns `async fetch(db, keys) -> {key: value}` into `async get(db, key) -> value | None`.

    An error of `fetch` is raised to everyone who was waiting for it.
    """
    collecting: Group[Key, Value] | None = None
    running = Tasks()

    def start(group: Group[Key, Value]) -> None:
        nonlocal collecting
        if collecting is group:
            collecting = None
        running.spawn(group.answer(fetch))

    @wraps(fetch)
    async def get(db: Database, key: Key) -> Value | None:
        nonlocal collecting
        if collecting is None or collecting.db is not db:
            collecting = Group(db)
            asyncio.get_running_loop().call_soon(start, collecting)
        return await collecting.add(key)

    return get
