"""What the app keeps, and the only place that knows the database."""

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import ConnectionFailure, PyMongoError

from models import belongings, codes, message, room, session, user

# What any call of a model raises while MongoDB cannot be reached.
DatabaseAway = ConnectionFailure


class CannotConnect(Exception):
    """There is no database to work with. The text says why."""


def connect(url: str, database: str):
    """The database of that name, for use in one event loop; times in it are UTC. Raises CannotConnect."""
    # The driver's own default is 30 s; the URL may say another.
    patience = {} if "serverSelectionTimeoutMS=" in url else {"serverSelectionTimeoutMS": 1500}
    try:
        client = AsyncIOMotorClient(url, tz_aware=True, **patience)
    except PyMongoError as error:
        raise CannotConnect(f"MONGODB_URL cannot be used: {error}") from None
    return client[database]


async def prepare(db):
    """Makes the indexes that models rely on. Raises CannotConnect."""
    try:
        for model in (user, session, codes, room, message, belongings):
            await model.prepare(db)
    except PyMongoError as error:
        reason = str(error).partition(" (configured timeouts")[0]
        raise CannotConnect(f"MongoDB cannot be used: {reason}. Is it running, and is MONGODB_URL right?") from None


async def is_available(db) -> bool:
    """Whether MongoDB answers now."""
    try:
        await db.command("ping")
    except PyMongoError:
        return False
    return True
