"""A session: one login on one device, from its beginning until it is ended or its refresh token has run out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bson import ObjectId

from models.documents import now, object_id

MOST_SESSIONS = 100  # of one user: a program that logs in every minute must not leave thousands


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its user sees it."""

    id: str
    device: str
    ip: str
    created_at: datetime
    last_used_at: datetime

    def public(self) -> dict:
        return {
            "id": self.id,
            "device": self.device,
            "ip": self.ip,
            "createdAt": self.created_at,
            "lastUsedAt": self.last_used_at,
        }


async def create(db, user, device: str, ip: str, refresh_hash: str, id: str, seconds: int):
    """Keeps a new session. Beyond MOST_SESSIONS the user's least used one ends."""
    time = now()
    await db.sessions.insert_one(
        {
            "_id": ObjectId(id),
            "user": ObjectId(user.id),
            # A session begun with a password that is no more counts for nothing, whatever races with the change.
            "credentials": user.credentials,
            "device": device,
            "ip": ip,
            "refresh_hash": refresh_hash,
            "created_at": time,
            "last_used_at": time,
            "expires_at": time + timedelta(seconds=seconds),
        }
    )
    unused = db.sessions.find(_open(user.id)).sort("last_used_at", -1).skip(MOST_SESSIONS)
    if ids := [document["_id"] async for document in unused]:
        await _end(db, {"_id": {"$in": ids}}, "You logged in on too many other devices.")


async def of(db, user_id: str) -> list[Session]:
    """The user's sessions that have not ended, last used first."""
    found = db.sessions.find(_open(user_id)).sort("last_used_at", -1)
    fields = [field for field in Session.__slots__ if field != "id"]
    return [Session(id=str(each["_id"]), **{field: each[field] for field in fields}) async for each in found]


async def addresses(db, user_id: str | None) -> list[str]:
    """Where the user has logged in from, as far back as sessions are kept; None never has."""
    return await db.sessions.distinct("ip", {"user": user_id and ObjectId(user_id)})


async def end(db, user_id: str, session_id: str, why: str) -> bool:
    """Ends one session of a user; `why` is a sentence for them. False if it has ended before. Raises NotFound."""
    return await _end(db, {"_id": object_id(session_id), "user": ObjectId(user_id)}, why)


async def end_all(db, user_id: str, why: str, keep: str | None = None):
    """Ends every session of a user except `keep`; `why` is a sentence for them."""
    others = {"_id": {"$ne": ObjectId(keep)}} if keep else {}
    await _end(db, {"user": ObjectId(user_id), **others}, why)


async def forget_places(db, user_id: str):
    """Forgets where the user logged in; that their sessions have ended is kept, for servers to hear of it."""
    await db.sessions.update_many({"user": ObjectId(user_id)}, {"$unset": {"device": "", "ip": ""}})


async def _end(db, wanted: dict, why: str) -> bool:
    # By MongoDB's clock, the one that all servers share: they ask it which sessions have ended lately.
    change = {"$set": {"ended_because": why}, "$currentDate": {"ended_at": True}}
    return (await db.sessions.update_many({**wanted, "ended_at": None}, change)).modified_count > 0


def _open(user_id: str) -> dict:
    return {"user": ObjectId(user_id), "ended_at": None, "expires_at": {"$gt": now()}}


async def prepare(db):
    """The indexes; MongoDB removes a session, ended or not, when its refresh token has run out."""
    await db.sessions.create_index([("user", 1), ("last_used_at", -1)])
    await db.sessions.create_index("ended_at", sparse=True)
    await db.sessions.create_index("expires_at", expireAfterSeconds=0)
