"""How a session begins and goes on: its refresh token's hash, and until when it lasts, are written here alone."""

from datetime import datetime, timedelta

from bson import ObjectId

from engine.mongo import Database
from models.accounts.errors import SessionEnded, TokenExpired
from models.accounts.sessions.ending import end, end_where
from models.accounts.sessions.session import are_open
from models.accounts.user import User
from models.documents import now

MOST_SESSIONS = 100  # of one user: a program that logs in every minute must not leave thousands
# However often it is refreshed, after a year a session asks for the password again.
LONGEST_SECONDS = 365 * 24 * 3600
# How long an answer that was lost on the way can be asked for again.
REPEAT_SECONDS = 10
REUSED = "Someone used an old token of this session; log in again."


async def begin(db: Database, id: str, user: User, device: str, ip: str, refresh_hash: str, seconds: int) -> None:
    """Keeps a new session, for so many seconds. Beyond MOST_SESSIONS the user's least used one ends."""
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
    unused = db.sessions.find(are_open(user.id)).sort("last_used_at", -1).skip(MOST_SESSIONS)
    if ids := [document["_id"] async for document in unused]:
        await end_where(db, {"_id": {"$in": ids}}, "You logged in on too many other devices.")


async def renew(db: Database, id: str, user: User, refresh_hash: str) -> None:
    """Lets a session go on whose user has changed their password; the refresh token from before is void."""
    change = {
        "$set": {"credentials": user.credentials, "refresh_hash": refresh_hash, "last_used_at": now()},
        "$unset": {"parent_hash": ""},
    }
    await db.sessions.update_one({"_id": ObjectId(id)}, change)


async def succeed(db: Database, id: str, presented: str, successor: str, ip: str, seconds: int) -> bool:
    """Puts the successor in the place of the token presented, if that is the session's latest."""
    time = now()
    latest_end = {"$add": ["$created_at", 1000 * max(LONGEST_SECONDS, seconds)]}
    change = {
        "refresh_hash": successor,
        "parent_hash": presented,
        "last_used_at": time,
        "ip": ip,
        "expires_at": {"$min": [time + timedelta(seconds=seconds), latest_end]},
    }
    latest = {"_id": ObjectId(id), "refresh_hash": presented, "ended_at": None, "expires_at": {"$gt": time}}
    return (await db.sessions.update_one(latest, [{"$set": change}])).modified_count > 0


async def check_repeated(db: Database, id: str, user: User, presented: str) -> None:
    """Passes the latest token's parent, used just now. Any other ends the session. Raises Unauthenticated."""
    document = await db.sessions.find_one({"_id": ObjectId(id), "ended_at": None})
    if document is None:
        raise SessionEnded
    if document["expires_at"] <= now():
        raise TokenExpired
    if document.get("parent_hash") == presented and _just_now(document["last_used_at"]):
        return
    await end(db, user.id, id, REUSED)
    raise SessionEnded(REUSED)


def _just_now(time: datetime) -> bool:
    return now() - time <= timedelta(seconds=REPEAT_SECONDS)
