"""Which of many processes does something that is to be done once."""

from contextlib import suppress
from datetime import UTC, datetime

from pymongo.errors import DuplicateKeyError

from engine.mongo.driver import Database

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def take_turn(db: Database, name: str, seconds: float) -> bool:
    """Whether it is for the caller to do `name` now: of all processes that ask, one in so many seconds is told yes.

    The time is MongoDB's, the one clock that all share. Raises DatabaseAway.
    """
    with suppress(DuplicateKeyError):  # of several that come first at once
        await db.turns.update_one({"_id": name}, {"$setOnInsert": {"due": LONG_AGO}}, upsert=True)
    due = {"_id": name, "$expr": {"$lte": ["$due", "$$NOW"]}}
    change = {"$set": {"due": {"$add": ["$$NOW", round(1000 * seconds)]}}}
    return (await db.turns.update_one(due, [change])).modified_count > 0
