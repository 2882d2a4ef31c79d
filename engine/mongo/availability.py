"""Whether MongoDB can be asked, without everybody waiting to find out."""

import time

import pymongo
from pymongo.errors import ConnectionFailure, PyMongoError
from pymongo.topology_description import TopologyDescription

from engine.loop.single_flight import SingleFlight
from engine.mongo.driver import Database

FRESH_SECONDS = 1.0
ANSWER_SECONDS = 1.0


class Availability:
    """Of one database. While it is away, each call of the driver waits in one of few threads; so ask here first."""

    def __init__(self, db: Database):
        self._db = db
        self._answered = -FRESH_SECONDS
        self._asking = SingleFlight(self.ask)

    @property
    def away(self) -> bool:
        """Whether it was away when the driver last asked; this asks nobody."""
        topology = self._topology()
        asked = any(server.error for server in topology.server_descriptions().values())
        return asked and not topology.has_writable_server()

    async def check(self) -> None:
        """Raises DatabaseAway if it is away. One question serves all who ask meanwhile, and within a second after."""
        if time.monotonic() - self._answered < FRESH_SECONDS and self._topology().has_writable_server():
            return
        if not await self._asking.ask():
            raise ConnectionFailure("MongoDB is away")

    async def ask(self) -> bool:
        """Whether MongoDB answers now."""
        try:
            with pymongo.timeout(ANSWER_SECONDS):
                await self._db.command("ping")
        except PyMongoError:
            return False
        self._answered = time.monotonic()
        return True

    def _topology(self) -> TopologyDescription:
        """What the driver has seen last."""
        return self._db.client.topology_description  # pyright: ignore[reportReturnType] Motor's types take it for a method
