"""What an app does by itself: at its start, and every so often."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from engine.loop.tasks import Tasks
from engine.mongo import Database, DatabaseAway
from engine.mongo.turns import take_turn

Job = Callable[[Any], Awaitable[None]]
LONGEST_LOOK_SECONDS = 60.0
SPREAD = 0.9, 1.1
"""Of a pause, so that processes which began together do not all ask at the same moment."""
log = logging.getLogger("app")


class Every(NamedTuple):
    """A job and when it is to be done; `everywhere` is by each process, else by one of them."""

    job: Job
    seconds: float
    everywhere: bool

    @property
    def pause(self) -> float:
        """How long a process waits before it looks again whether the job is due, in seconds."""
        return self.seconds if self.everywhere else min(self.seconds / 4, LONGEST_LOOK_SECONDS)


class Schedule:
    """Jobs of an app: `async def job(db)`. What one raises is logged, and it is done again when it is due.

    A job that takes longer than its time is not begun a second time meanwhile. A stop of the process begins no more,
    and waits for those that run as it does for requests.
    """

    def __init__(self) -> None:
        self.first: list[Job] = []
        self.repeated: list[Every] = []
        self._waiting, self._running = Tasks(), Tasks()

    def at_start(self, job: Job) -> Job:
        """A decorator: the job is done once by each process, as soon as it serves."""
        self.first.append(job)
        return job

    def every(self, seconds: float, *, everywhere: bool = False) -> Callable[[Job], Job]:
        """A decorator: the job is done every so many seconds, by one process of all that share the database.

        With `everywhere` each process does it: what it keeps in its own memory, say.
        """

        def register(job: Job) -> Job:
            self.repeated.append(Every(job, seconds, everywhere))
            return job

        return register

    def start(self, db: Database) -> None:
        """Begin: called once the process serves."""
        for job in self.first:
            self._running.spawn(self._do(job, db))
        for every in self.repeated:
            self._waiting.spawn(self._repeat(every, db))

    async def stop(self) -> None:
        """Begin nothing more, and return once all that runs is done."""
        self._waiting.cancel()
        if self._running:
            await asyncio.wait(self._running)

    async def _repeat(self, every: Every, db: Database) -> None:
        while True:
            if await self._is_due(every, db):
                # As a task of its own, which a stop does not cancel.
                await asyncio.shield(self._running.spawn(self._do(every.job, db)))
            await asyncio.sleep(every.pause * random.uniform(*SPREAD))  # noqa: S311

    async def _is_due(self, every: Every, db: Database) -> bool:
        if every.everywhere:
            return True
        try:
            return await take_turn(db, _name(every.job), every.seconds)
        except DatabaseAway:
            return False

    async def _do(self, job: Job, db: Database) -> None:
        try:
            await job(db)
        except DatabaseAway:
            log.warning("%s was not done: the database is away", _name(job))
        except Exception:
            log.exception("%s failed", _name(job))


def _name(job: Job) -> str:
    return f"{job.__module__}.{getattr(job, '__qualname__', repr(job))}"
