"""A session: one login on one device, as its user sees it, from its beginning until it ends or runs out."""

from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId

from engine.mongo import Database
from models.documents import now


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


async def of(db: Database, user_id: str) -> list[Session]:
    """The user's sessions that have not ended, last used first."""
    found = db.sessions.find(are_open(user_id)).sort("last_used_at", -1)
    fields = [field for field in Session.__slots__ if field != "id"]
    return [Session(id=str(each["_id"]), **{field: each[field] for field in fields}) async for each in found]


def are_open(user_id: str) -> dict:
    """What finds a user's sessions that go on."""
    return {"user": ObjectId(user_id), "ended_at": None, "expires_at": {"$gt": now()}}
