"""A room for every ten users, which the server looks up when one of them connects: what an app's hook does in life."""

from engine.mongo.grouped import grouped

SIZE = 10


async def prepare(db):
    """The index that a look-up needs."""
    await db.bench_rooms.create_index("members.id")


async def create(db, name: str, users: list):
    """A room with these members, all in one document."""
    await db.bench_rooms.insert_one({"name": name, "members": [user.reference() for user in users]})


@grouped
async def of(db, user_ids: list[str]) -> dict[str, list[str]]:
    """The ids of the rooms of all users who connect at once, with one query."""
    rooms = {user_id: [] for user_id in user_ids}
    async for document in db.bench_rooms.find({"members.id": {"$in": user_ids}}).sort("_id"):
        for member in document["members"]:
            if member["id"] in rooms:
                rooms[member["id"]].append(str(document["_id"]))
    return rooms
