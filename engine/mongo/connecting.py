"""How an app comes to its database."""

from collections.abc import Iterable
from typing import Any, Protocol

import pymongo
from pymongo.errors import ConnectionFailure, PyMongoError

from engine.mongo.driver import Client, Database

# What any call of the driver raises while MongoDB cannot be reached, or does not answer in time.
DatabaseAway = ConnectionFailure

# The driver itself would wait for half a minute, and for an answer for ever. MONGODB_URL may say otherwise, and where
# something is known to take its time, `with pymongo.timeout(60):` gives it.
PATIENCE: dict[str, Any] = {"serverSelectionTimeoutMS": 1500, "connectTimeoutMS": 1500, "socketTimeoutMS": 5000}
PREPARE_SECONDS = 600  # An index of a large collection takes its time.


class CannotConnect(Exception):
    """There is no database to work with. The text says why."""


class Model(Protocol):
    """A module or class that relies on indexes, which it makes."""

    async def prepare(self, db: Database, /) -> None: ...


def connect(url: str, database: str, **options: Any) -> Database:
    """The database of that name, for use in one event loop; times in it are UTC. Raises CannotConnect.

    `options` are the driver's, such as `event_listeners`.
    """
    patience = {name: value for name, value in PATIENCE.items() if f"{name}=" not in url}
    try:
        client = Client(url, tz_aware=True, **{**patience, **options})
    except PyMongoError as error:
        raise CannotConnect(f"MONGODB_URL cannot be used: {error}") from None
    return client[database]


async def prepare(db: Database, models: Iterable[Model]) -> None:
    """Have each model make the indexes that it relies on. Raises CannotConnect."""
    try:
        await db.command("ping")  # With so much patience as below, a server that is not there is waited for, too.
        with pymongo.timeout(PREPARE_SECONDS):
            for model in models:
                await model.prepare(db)
    except PyMongoError as error:
        reason = str(error).partition(" (configured timeouts")[0]
        raise CannotConnect(f"MongoDB cannot be used: {reason}. Is it running, and is MONGODB_URL right?") from None
