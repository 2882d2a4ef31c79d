"""Who acts: the user of a session that goes on, as the database knows both now."""

from typing import NamedTuple

from bson import ObjectId

from engine.mongo import Database, aggregate
from engine.mongo.grouped import grouped
from models.accounts.errors import SessionEnded, UserBlocked, UserUnknown
from models.accounts.user import User


class Access(NamedTuple):
    """What an access token gives: to act as `user`, in one session, until `expires_at` (seconds since 1970)."""

    user: User
    session_id: str
    expires_at: int


async def user_of(db: Database, session_id: str) -> User:
    """The user of a session. Raises SessionEnded, UserUnknown or UserBlocked, all of them Unauthenticated."""
    document = await _by_id(db, session_id)
    if document is None:
        raise SessionEnded
    if not document["users"]:
        raise UserUnknown
    user = User.of(document["users"][0])
    if user.blocked:
        raise UserBlocked
    if document.get("ended_at"):
        raise SessionEnded(document["ended_because"])
    if document["credentials"] != user.credentials:
        raise SessionEnded
    return user


@grouped
async def _by_id(db: Database, ids: list[str]) -> dict[str, dict]:
    """Sessions, each with its user, for all who ask in this turn: one call of the driver."""
    wanted = [ObjectId(id) for id in ids if ObjectId.is_valid(id)]
    pipeline = [
        {"$match": {"_id": {"$in": wanted}}},
        {"$lookup": {"from": "users", "localField": "user", "foreignField": "_id", "as": "users"}},
        {"$project": {"users.password_hash": 0, "users.places": 0, "refresh_hash": 0, "parent_hash": 0}},
    ]
    return {str(document["_id"]): document for document in await aggregate(db.sessions, pipeline)}
