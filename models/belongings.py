"""What other collections hold of a user: it follows a new name, and goes with the account. Yours to extend.

A model that keeps a user's name or id adds a line here: to `renamed` where it copies the name, to `deleted` what is the
user's, and to `prepare` the index that finds it, or each call reads the whole collection. Either may be called again
for the same user: after a crash half way there is a second try. `deleted` runs before the account is gone, and once
more after it: what a model writes for a user it checks after that (`User.get`), and takes back if they are gone.
"""

from engine.mongo import Database
from models.accounts.user import User
from models.room import Room


async def renamed(db: Database, user: User) -> None:
    """Writes a user's new name wherever the old one was copied to."""
    name = {"from.username": user.username}
    await db.messages.update_many({"from.id": user.id}, {"$set": name})

    name, theirs = {"members.$[theirs].username": user.username}, {"theirs.id": user.id}
    await db.rooms.update_many({"members.id": user.id}, {"$set": name}, array_filters=[theirs])


async def deleted(db: Database, user_id: str) -> None:
    """Deletes what a user wrote and their memberships, and rooms that are left without members."""
    await db.rooms.update_many({"members.id": user_id}, {"$pull": {"members": {"id": user_id}}})
    # In this order: who is no member says nothing any more (Room.post).
    await db.messages.delete_many({"from.id": user_id})
    # Also those of a try that a crash has ended.
    await Room.forget_empty(db)


async def prepare(db: Database) -> None:
    # Rooms have theirs (models/room.py), which connection.py needs too.
    await db.messages.create_index("from.id")
