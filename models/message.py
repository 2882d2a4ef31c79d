"""Messages of the worked example: what was said in a room, by whom and when."""

from dataclasses import dataclass
from datetime import datetime

from models.documents import now, object_id


@dataclass(frozen=True)
class Message:
    id: str
    room: str
    sender: dict
    text: str
    created_at: datetime

    @classmethod
    async def create(cls, db, room_id: str, sender, text: str) -> "Message":
        document = {"room": room_id, "from": sender.reference(), "text": text, "created_at": now()}
        await db.messages.insert_one(document)
        return cls._from(document)

    @classmethod
    async def page(cls, db, room_id: str, before: str | None, limit: int) -> list["Message"]:
        """At most `limit` messages of the room, the latest of those before `before`; oldest first."""
        wanted = {"room": room_id}
        if before is not None:
            wanted["_id"] = {"$lt": object_id(before)}
        documents = await db.messages.find(wanted).sort("_id", -1).limit(limit).to_list(limit)
        return [cls._from(document) for document in reversed(documents)]

    @classmethod
    def _from(cls, document) -> "Message":
        return cls(str(document["_id"]), document["room"], document["from"], document["text"], document["created_at"])

    def public(self) -> dict:
        return {
            "id": self.id,
            "room": self.room,
            "from": self.sender,
            "text": self.text,
            "createdAt": self.created_at,
        }


async def prepare(db):
    await db.messages.create_index([("room", 1), ("_id", 1)])
