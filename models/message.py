"""Messages of the worked example: what was said in a room, by whom and when."""

from models.documents import now, object_id


class Message:
    def __init__(self, document):
        self.id, self.room, self.sender = str(document["_id"]), document["room"], document["from"]
        self.text, self.created_at = document["text"], document["created_at"]

    @classmethod
    async def create(cls, db, room_id: str, user, text: str) -> "Message":
        document = {"room": room_id, "from": user.reference(), "text": text, "created_at": now()}
        await db.messages.insert_one(document)
        return cls(document)

    @classmethod
    async def page(cls, db, room_id: str, before: str | None, limit: int) -> list["Message"]:
        wanted = {"room": room_id}
        if before:
            wanted["_id"] = {"$lt": object_id(before)}
        latest_first = await db.messages.find(wanted).sort("_id", -1).limit(limit).to_list(limit)
        return [cls(document) for document in reversed(latest_first)]

    def public(self) -> dict:
        return {"id": self.id, "room": self.room, "from": self.sender, "text": self.text, "createdAt": self.created_at}


async def prepare(db):
    await db.messages.create_index([("room", 1), ("_id", 1)])
