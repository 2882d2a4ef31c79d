"""What the app keeps, and the only place that knows the database."""

import pymongo
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import ConnectionFailure, PyMongoError

from models import belongings, message, room
from models.accounts import codes, session, user

# What any call of a model raises while MongoDB cannot be reached, or does not answer in time.
DatabaseAway = ConnectionFailure

# The driver itself would wait for half a minute, and for an answer for ever. MONGODB_URL may say otherwise, and where
# something is known to take its time, `with pymongo.timeout(60):` gives it.
PATIENCE = {"serverSelectionTimeoutMS": 1500, "connectTimeoutMS": 1500, "socketTimeoutMS": 5000}
PREPARE_SECONDS = 600  # An index of a large collection takes its time.


class CannotConnect(Exception):
    """There is no database to work with. The text says why."""


def connect(url: str, database: str):
    """The database of that name, for use in one event loop; times in it are UTC. Raises CannotConnect."""
    patience = {name: value for name, value in PATIENCE.items() if f"{name}=" not in url}
    try:
        client = AsyncIOMotorClient(url, tz_aware=True, **patience)
    except PyMongoError as error:
        raise CannotConnect(f"MONGODB_URL cannot be used: {error}") from None
    return client[database]


async def prepare(db):
    """Makes the indexes that models rely on. Raises CannotConnect."""
    try:
        await db.command("ping")  # With so much patience as below, a server that is not there is waited for, too.
        with pymongo.timeout(PREPARE_SECONDS):
            for model in (user, session, codes, room, message, belongings):
                await model.prepare(db)
    except PyMongoError as error:
        reason = str(error).partition(" (configured timeouts")[0]
        raise CannotConnect(f"MongoDB cannot be used: {reason}. Is it running, and is MONGODB_URL right?") from None
