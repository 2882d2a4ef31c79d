"""Which rooms this node listens to: those that have members here, and those of users who are being let in."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress

from engine.backplane.interface import Here
from engine.backplane.redis.bus import Bus

ADMIT_SECONDS = 0.25
"""How long who comes waits for Redis."""


class Listening:
    """Subscribes to the channels of rooms."""

    def __init__(self, bus: Bus, here: Here) -> None:
        self._bus, self._here = bus, here
        self._held: Counter[str] = Counter()

    def opened(self, room: str) -> None:
        """A room has its first member here, in some namespace."""
        self._bus.link.want(self._bus.channels.room(room))

    def emptied(self, room: str) -> None:
        """A room has lost its last member here in some namespace."""
        if not (room in self._held or any(room in rooms for rooms in self._here.rooms.values())):
            self._bus.link.give_up(self._bus.channels.room(room))

    @asynccontextmanager
    async def holding(self, *rooms: str) -> AsyncGenerator[None]:
        """Listen to rooms in here, once Redis has heard of it or a moment has passed."""
        for room in rooms:
            self._held[room] += 1
            self.opened(room)
        try:
            await self.confirmed(rooms, ADMIT_SECONDS)
            yield
        finally:
            for room in rooms:
                self._let_go(room)

    def _let_go(self, room: str) -> None:
        self._held[room] -= 1
        if not self._held[room]:
            del self._held[room]
            self.emptied(room)

    def is_heard(self, room: str) -> bool:
        """Whether what is sent to a room comes here by now."""
        return self._bus.link.subscriptions.is_confirmed(self._bus.channels.room(room))

    def is_confirmed(self, rooms: Iterable[str]) -> bool:
        """Whether what is sent to rooms that have members here comes here."""
        subscriptions = self._bus.link.subscriptions
        return all(
            channel not in subscriptions.wanted or subscriptions.is_confirmed(channel)
            for channel in map(self._bus.channels.room, rooms)
        )

    async def confirmed(self, rooms: Iterable[str], seconds: float) -> None:
        """Wait until it does, for so many seconds, and only while Redis is there."""
        if not self._bus.is_here:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bus.link.subscriptions.confirmed(map(self._bus.channels.room, rooms))
