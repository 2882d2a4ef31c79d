"""The end of sessions, which is written here alone; every server hears of it here, and of changed rights."""

import time
from dataclasses import dataclass
from datetime import timedelta

from bson import ObjectId

from engine.mongo import Database, aggregate
from models.accounts.errors import AccountBlocked
from models.accounts.user import User
from models.documents import now, object_id

# What ended so much earlier than the last look is told again, for writes that MongoDB ordered otherwise than its clock.
OVERLAP_SECONDS = 2.0
# What has ended is kept for so long, so that all servers hear of it; then MongoDB removes it.
KEPT_SECONDS = 600
ANOTHER_ROLE = "What you may do has changed; this client connects again by itself."


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that has ended, or, without one, a user's former rights; `why` is a sentence for them."""

    user_id: str
    session_id: str | None
    why: str
    code: str = "revoked"
    """See docs/security.md: what the client hears of its socket's end."""
    role: str = ""

    def concerns(self, user: User) -> bool:
        """Whether it concerns a socket that knows its user so."""
        return not self.role or user.role != self.role


class EndingsForgotten(Exception):
    """This server has not asked for so long that what has ended meanwhile may not be kept any more."""


class Endings:
    """What one server has heard of; its sockets live no longer than an access token, `access_seconds`."""

    def __init__(self, db: Database, access_seconds: int):
        self._db = db
        # What ended earlier has no sockets.
        self._longest_look = access_seconds + OVERLAP_SECONDS
        self._looked: float | None = None

    async def lately(self) -> list[Ended]:
        """What has ended since this was last asked; it may be told twice.

        Raises EndingsForgotten where that can't be told any more; it can be from now on.
        """
        asked = time.monotonic()
        seconds = self._longest_look if self._looked is None else asked - self._looked + OVERLAP_SECONDS
        found = await aggregate(self._db.sessions, _pipeline(min(seconds, self._longest_look)))
        looked, self._looked = self._looked, asked
        if looked is not None and seconds > KEPT_SECONDS:
            raise EndingsForgotten
        return [_ended(document) for document in found]


def _pipeline(seconds: float) -> list[dict]:
    """Sessions that have ended, and users whose rights have changed, in so many seconds: one call of the driver."""
    # By MongoDB's clock, the one that all servers share.
    window = {"$subtract": ["$$NOW", int(1000 * seconds)]}
    changed = {"$expr": {"$gte": ["$rights_changed_at", window]}}
    users = [{"$match": changed}, {"$project": {"role": 1, "blocked": 1}}]
    return [
        {"$match": {"$expr": {"$gte": ["$ended_at", window]}}},
        {"$project": {"user": 1, "ended_because": 1}},
        {"$unionWith": {"coll": "users", "pipeline": users}},
    ]


def _ended(document: dict) -> Ended:
    id = str(document["_id"])
    if document.get("blocked"):
        return Ended(id, None, f"{AccountBlocked.message}.")
    if "role" in document:
        return Ended(id, None, ANOTHER_ROLE, "role", document["role"])
    return Ended(str(document["user"]), id, document["ended_because"])


async def end(db: Database, user_id: str, session_id: str, why: str) -> bool:
    """Ends one session of a user; `why` is a sentence for them. False if it has ended before. Raises NotFound."""
    return await end_where(db, {"_id": object_id(session_id), "user": ObjectId(user_id)}, why)


async def end_all(db: Database, user_id: str, why: str, keep: str | None = None) -> None:
    """Ends every session of a user except `keep`; `why` is a sentence for them."""
    others = {"_id": {"$ne": ObjectId(keep)}} if keep else {}
    await end_where(db, {"user": ObjectId(user_id), **others}, why)


async def end_where(db: Database, wanted: dict, why: str) -> bool:
    """Ends those that a query finds; whether there were any."""
    # By MongoDB's clock, as in `_pipeline`.
    change = {
        "$set": {"ended_because": why, "expires_at": now() + timedelta(seconds=KEPT_SECONDS)},
        "$unset": dict.fromkeys(("device", "ip", "refresh_hash", "parent_hash"), ""),
        "$currentDate": {"ended_at": True},
    }
    return (await db.sessions.update_many({**wanted, "ended_at": None}, change)).modified_count > 0
