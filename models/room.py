"""Rooms of the worked example: a name and its members, all in one document."""

from datetime import datetime

from pymongo import ReturnDocument

from engine.mongo import Database
from engine.mongo.grouped import grouped
from models.accounts.user import User
from models.documents import now, object_id
from models.errors import Forbidden, ModelError, NotFound, TooMany
from models.message import Message

MOST_ROOMS = 100  # of one user: a socket can be in no more (engine/limits.py)
MOST_OF_OTHERS = 50  # of these, so that nobody takes all of them away by adding somebody


class NotAMember(Forbidden):
    message = "You are not a member of this room"


class Room:
    def __init__(self, db: Database, document: dict):
        self.db = db
        self.id: str = str(document["_id"])
        self.name: str = document["name"]
        self.members: list[dict[str, str]] = document["members"]
        self.created_at: datetime = document["created_at"]

    @classmethod
    async def create(cls, db: Database, name: str, owner: User) -> "Room":
        """A new room; its owner is the first member. Raises TooMany."""
        document = {"name": name, "owner": owner.id, "members": [owner.reference()], "created_at": now()}
        await db.rooms.insert_one(document)
        return await cls(db, document)._welcome(owner)

    @classmethod
    async def of(cls, db: Database, user: User) -> list["Room"]:
        """The rooms that the user is a member of, oldest first."""
        return [cls(db, document) for document in await _by_member(db, user.id) or []]

    @classmethod
    async def get(cls, db: Database, id: str, member: User) -> "Room":
        """The room, for one of its members. Raises NotFound or NotAMember."""
        document = await db.rooms.find_one({"_id": object_id(id)})
        if document is None:
            raise NotFound("There is no such room")
        if member.id not in [each["id"] for each in document["members"]]:
            raise NotAMember
        return cls(db, document)

    @classmethod
    async def forget_empty(cls, db: Database) -> None:
        """Deletes the rooms that nobody is in, and can come into, with all that was said there."""
        # An empty list has no `members.id`, which is how the index finds it.
        empty = await db.rooms.distinct("_id", {"members": [], "members.id": {"$exists": False}})
        await db.messages.delete_many({"room": {"$in": [str(room) for room in empty]}})
        await db.rooms.delete_many({"_id": {"$in": empty}})

    async def add(self, user: User) -> bool:
        """Makes the user a member. False if they were one already, or everybody has left meanwhile. Raises TooMany."""
        others = {"members.id": {"$ne": user.id}, "members.0": {"$exists": True}}
        added = await self._change(others, {"$push": {"members": user.reference()}})
        return added and bool(await self._welcome(user))

    async def remove(self, user: User) -> bool:
        """Ends the user's membership; the last one takes the room along. False if they were no member."""
        removed = await self._change({"members.id": user.id}, {"$pull": {"members": {"id": user.id}}})
        if removed and not self.members:
            await self.forget_empty(self.db)
        return removed

    async def has(self, user: User) -> bool:
        """Whether the user is a member now."""
        return await self.db.rooms.count_documents({"_id": object_id(self.id), "members.id": user.id}) > 0

    async def _change(self, condition: dict, change: dict) -> bool:
        this = {"_id": object_id(self.id), **condition}
        document = await self.db.rooms.find_one_and_update(this, change, return_document=ReturnDocument.AFTER)
        self.members = document["members"] if document else self.members
        return document is not None

    async def _welcome(self, user: User) -> "Room":
        # Checked after the user became a member, so that of several at once none slips through, and no one whose
        # account was deleted meanwhile.
        try:
            await User.get(self.db, user.id)
            await self._check_count(user)
        except ModelError:
            await self.remove(user)
            raise
        return self

    async def _check_count(self, user: User) -> None:
        theirs = {"members.id": user.id}
        if await self.db.rooms.count_documents(theirs) > MOST_ROOMS:
            raise TooMany(f"{user.username} is in {MOST_ROOMS} rooms, and nobody can be in more")
        if await self.db.rooms.count_documents({**theirs, "owner": {"$ne": user.id}}) > MOST_OF_OTHERS:
            raise TooMany(f"{user.username} is in {MOST_OF_OTHERS} rooms of others, and can be in no more of them")

    async def post(self, user: User, text: str) -> Message:
        """Keeps a message of the user's in this room. Raises NotAMember."""
        message = await Message.create(self.db, self.id, user, text)
        # Asked now that it is kept: a room or an account that is deleted loses its members first, then its messages.
        if not await self.has(user):
            await message.delete(self.db)
            raise NotAMember
        return message

    async def history(self, before: str | None = None, limit: int = 50) -> list[Message]:
        """The last `limit` messages, or those before the message of that id; oldest first. Raises NotFound."""
        return await Message.page(self.db, self.id, before, limit)

    def public(self) -> dict:
        return {"id": self.id, "name": self.name, "members": self.members, "createdAt": self.created_at}


@grouped
async def _by_member(db: Database, user_ids: list[str]) -> dict[str, list[dict]]:
    """One query for all who ask at the same moment: after a restart every client comes back at once."""
    rooms: dict[str, list[dict]] = {user_id: [] for user_id in user_ids}
    async for document in db.rooms.find({"members.id": {"$in": user_ids}}).sort("_id"):
        for member in document["members"]:
            if member["id"] in rooms:
                rooms[member["id"]].append(document)
    return rooms


async def renamed(db: Database, user: User) -> None:
    name, theirs = {"members.$[theirs].username": user.username}, {"theirs.id": user.id}
    await db.rooms.update_many({"members.id": user.id}, {"$set": name}, array_filters=[theirs])


async def deleted(db: Database, user_id: str) -> None:
    await db.rooms.update_many({"members.id": user_id}, {"$pull": {"members": {"id": user_id}}})
    # Also those of a try that a crash has ended.
    await Room.forget_empty(db)


async def prepare(db: Database) -> None:
    await db.rooms.create_index("members.id")
