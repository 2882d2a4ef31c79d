"""Sessions of the app that have ended, and roles that have changed, on whichever server: sockets here are closed."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Protocol

from engine.accounts import Accounts, Ended
from engine.errors import Forgotten, Unavailable
from engine.limits import Limits
from engine.loop.guard import guarded
from engine.loop.portions import in_portions
from engine.loop.single_flight import SingleFlight
from engine.loop.wheel import Wheel
from engine.names import check_user

log = logging.getLogger("realtime")


class Sockets(Protocol):
    """The sockets of a node, and the handshakes under way there."""

    def anybody(self) -> bool:
        """Whether there is any."""
        ...

    def heed(self, user_id: str, ended: Ended) -> None:
        """Have handshakes that are under way heed it."""
        ...

    def close_ended(self, user_id: str, ended: Ended) -> None:
        """Close the sockets that it concerns."""
        ...

    def begin_anew(self) -> None:
        """Have everybody connect anew, as if they had not been here before."""
        ...


class Revocations:
    """Asks the app again and again which sessions have ended, while anybody is connected or about to be."""

    def __init__(self, accounts: Accounts, sockets: Sockets, wheel: Wheel, limits: Limits):
        self.accounts, self.sockets, self.wheel, self.limits = accounts, sockets, wheel, limits
        self.slot: int | None = None
        self.asking = SingleFlight(self.ask)
        self.failing = False
        self.alone = True
        """Whether nobody was here for a while since the app was asked last: then nobody missed anything."""

    def watch(self) -> None:
        """Somebody comes: ask now, and go on asking."""
        if self.slot is None:
            self.wheel.call(self, self.wheel.now())

    def tick(self, now: float) -> float | None:
        """Ask, unless the last answer is still due; returns when to ask again."""
        if not self.sockets.anybody():
            self.alone = True
            return None
        self.asking.start()
        return now + self.limits.ended_seconds

    async def ask(self) -> None:
        """Ask once, and close what has to be closed."""
        try:
            async with asyncio.timeout(self.limits.authenticate_seconds):
                ended = await guarded(self.accounts.ended())
            await self.close(list(ended))
            self.worked()
        except Forgotten:
            if not self.alone:
                self.sockets.begin_anew()
            self.worked()
        except Exception as error:
            self.failed(error)

    async def close(self, ended: Iterable[Ended]) -> None:
        """Close the sockets concerned, in portions; handshakes hear of all of it at once."""
        for each in ended:
            self.sockets.heed(check_user(each.user_id), each)
        async for each in in_portions(ended):
            self.sockets.close_ended(check_user(each.user_id), each)

    def worked(self) -> None:
        """Say so once if it did not before."""
        self.alone = False
        if self.failing:
            self.failing = False
            log.info("Sessions that end are noticed again")

    def failed(self, error: Exception) -> None:
        """Say so once; that the database is away needs no traceback."""
        if not self.failing:
            self.failing = True
            away = isinstance(error, Unavailable | TimeoutError)
            log.error("Sessions that end are not noticed now", exc_info=None if away else error)

    def stop(self) -> None:
        """The server has ended."""
        self.wheel.cancel(self)
        self.asking.cancel()
