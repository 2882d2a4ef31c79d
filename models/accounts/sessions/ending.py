"""The end of sessions: it is written here alone, and every server hears of it here."""

import time
from dataclasses import dataclass

from bson import ObjectId

from engine.mongo import Database
from models.documents import object_id

# What ended so much earlier than the last look is told again, for writes that MongoDB ordered otherwise than its clock.
OVERLAP_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that has ended; `why` is a sentence for its user."""

    user_id: str
    session_id: str
    why: str


class Endings:
    """What one server has heard of; its sockets live no longer than an access token, `access_seconds`."""

    def __init__(self, db: Database, access_seconds: int):
        self._db = db
        # What ended earlier has no sockets.
        self._longest_look = access_seconds + OVERLAP_SECONDS
        self._looked: float | None = None

    async def lately(self) -> list[Ended]:
        """The sessions that have ended since this was last asked and a little before; one may be told twice."""
        asked = time.monotonic()
        seconds = self._longest_look if self._looked is None else asked - self._looked + OVERLAP_SECONDS
        window = {"$subtract": ["$$NOW", int(1000 * min(seconds, self._longest_look))]}
        found = self._db.sessions.find({"$expr": {"$gte": ["$ended_at", window]}}, {"user": 1, "ended_because": 1})
        ended = [Ended(str(each["user"]), str(each["_id"]), each["ended_because"]) async for each in found]
        self._looked = asked
        return ended


async def end(db: Database, user_id: str, session_id: str, why: str) -> bool:
    """Ends one session of a user; `why` is a sentence for them. False if it has ended before. Raises NotFound."""
    return await end_where(db, {"_id": object_id(session_id), "user": ObjectId(user_id)}, why)


async def end_all(db: Database, user_id: str, why: str, keep: str | None = None) -> None:
    """Ends every session of a user except `keep`; `why` is a sentence for them."""
    others = {"_id": {"$ne": ObjectId(keep)}} if keep else {}
    await end_where(db, {"user": ObjectId(user_id), **others}, why)


async def end_where(db: Database, wanted: dict, why: str) -> bool:
    """Ends those that a query finds; whether there were any."""
    # By MongoDB's clock, the one that all servers share: they ask it which sessions have ended lately.
    change = {"$set": {"ended_because": why}, "$currentDate": {"ended_at": True}}
    return (await db.sessions.update_many({**wanted, "ended_at": None}, change)).modified_count > 0


async def forget_places(db: Database, user_id: str) -> None:
    """Forgets where the user logged in; that their sessions have ended is kept, for servers to hear of it."""
    await db.sessions.update_many({"user": ObjectId(user_id)}, {"$unset": {"device": "", "ip": ""}})
