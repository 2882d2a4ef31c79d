"""Sessions of the app that have ended, on whichever server: their sockets here are closed."""

import asyncio
import logging

from engine.errors import Unavailable
from engine.loop.guard import guarded
from engine.loop.portions import in_portions
from engine.loop.single_flight import SingleFlight

log = logging.getLogger("realtime")


class Revocations:
    """Asks the app again and again which sessions have ended, while anybody is connected or about to be."""

    def __init__(self, server):
        self.server = server
        self.slot, self.asking = None, SingleFlight(self.ask)
        self.failing = False

    def watch(self) -> None:
        """Somebody comes: ask now, and go on asking."""
        wheel = self.server.eio.wheel
        if self.slot is None:
            wheel.call(self, wheel.now())

    def tick(self, now: float) -> float | None:
        """Ask, unless the last answer is still due; returns when to ask again."""
        if not (self.server.admissions or self.server.manager.get_namespaces()):
            return None
        self.asking.start()
        return now + self.server.limits.ended_seconds

    async def ask(self) -> None:
        """Ask once, and close what has to be closed."""
        try:
            async with asyncio.timeout(self.server.limits.authenticate_seconds):
                ended = await guarded(self.server.accounts.ended())
            await self.close(ended)
            self.worked()
        except Exception as error:
            self.failed(error)

    async def close(self, ended) -> None:
        """Close the sockets of sessions that have ended, in portions; handshakes hear of all of them at once."""
        for session in ended:
            self.server.admissions.throw_out(str(session.user_id), session.session_id)
        async for session in in_portions(ended):
            self.server.close_sockets(session.user_id, "revoked", session.why, session.session_id)

    def worked(self) -> None:
        """Say so once if it did not before."""
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
        self.server.eio.wheel.cancel(self)
        self.asking.cancel()
