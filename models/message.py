"""Messages of the worked example: what was said in a room, by whom and when."""

from datetime import datetime

from engine.mongo import Database
from models.accounts.user import User
from models.documents import now, object_id


class Message:
    def __init__(self, document: dict):
        self.id: str = str(document["_id"])
        self.room: str = document["room"]
        self.sender: dict[str, str] = document["from"]
        self.text: str = document["text"]
        self.created_at: datetime = document["created_at"]

    @classmethod
    async def create(cls, db: Database, room_id: str, user: User, text: str) -> "Message":
        document = {"room": room_id, "from": user.reference(), "text": text, "created_at": now()}
        await db.messages.insert_one(document)
        return cls(document)

    @classmethod
    async def page(cls, db: Database, room_id: str, before: str | None, limit: int) -> list["Message"]:
        wanted = {"room": room_id, **({"_id": {"$lt": object_id(before)}} if before else {})}
        latest_first = await db.messages.find(wanted).sort("_id", -1).limit(limit).to_list(limit)
        return [cls(document) for document in reversed(latest_first)]

    async def delete(self, db: Database) -> None:
        await db.messages.delete_one({"_id": object_id(self.id)})

    def public(self) -> dict:
        return {"id": self.id, "room": self.room, "from": self.sender, "text": self.text, "createdAt": self.created_at}


async def renamed(db: Database, user: User) -> None:
    await db.messages.update_many({"from.id": user.id}, {"$set": {"from.username": user.username}})


async def deleted(db: Database, user_id: str) -> None:
    await db.messages.delete_many({"from.id": user_id})


async def prepare(db: Database) -> None:
    await db.messages.create_index([("room", 1), ("_id", 1)])
    await db.messages.create_index("from.id")
