"""What a user has said and joined follows their name, and goes with their account."""

from asyncio import gather
from dataclasses import replace

import pytest

from models import belongings
from models.accounts.user import User
from models.room import Room


@pytest.fixture
def user(db):
    """Makes a user."""

    async def user(name: str) -> User:
        return await User.register(db, name, f"{name}@example.com", "correct horse")

    return user


@pytest.fixture
def tea(db):
    """Makes a room with members, each of whom has said their name."""

    async def tea(owner: User, *others: User) -> Room:
        room = await Room.create(db, "Tea", owner)
        for each in others:
            await room.add(each)
        for each in (owner, *others):
            await room.post(each, each.username)
        return room

    return tea


async def said(room: Room) -> list[tuple[str, str]]:
    return [(message.sender["username"], message.text) for message in await room.history()]


async def names(db, room: Room, member: User) -> list[str]:
    return [each["username"] for each in (await Room.get(db, room.id, member=member)).members]


async def test_a_new_name_stands_in_every_room_and_at_every_message_of_its_user_alone(db, user, tea):
    ann, bob = await user("ann"), await user("bob")
    rooms = [await tea(ann, bob), await tea(bob, ann)]
    await belongings.renamed(db, replace(ann, username="anna"))
    assert await names(db, rooms[0], bob) == ["anna", "bob"]
    assert await names(db, rooms[1], bob) == ["bob", "anna"]
    assert await said(rooms[0]) == [("anna", "ann"), ("bob", "bob")]
    assert await said(rooms[1]) == [("bob", "bob"), ("anna", "ann")]


async def test_whoever_goes_takes_their_messages_and_leaves_their_rooms_to_the_others(db, user, tea):
    ann, bob = await user("ann"), await user("bob")
    room = await tea(ann, bob)
    await belongings.deleted(db, ann.id)
    assert await Room.of(db, ann) == []
    assert await names(db, room, bob) == ["bob"]
    assert await said(room) == [("bob", "bob")]


async def test_the_last_one_takes_the_room_with_all_that_was_said_in_it(db, user, tea):
    ann, bob = await user("ann"), await user("bob")
    room, other = await tea(ann, bob), await tea(bob)
    await room.remove(bob)
    await belongings.deleted(db, ann.id)
    assert [each.id for each in await Room.of(db, bob)] == [other.id]
    assert await db.rooms.count_documents({}) == 1
    assert [message["room"] async for message in db.messages.find()] == [other.id]


async def test_all_members_may_go_at_once_and_nothing_is_left(db, user, tea):
    everybody = [await user(name) for name in ("ann", "bob", "eve")]
    for _ in range(5):
        await tea(*everybody)
    await gather(*(belongings.deleted(db, each.id) for each in everybody))
    assert await db.rooms.count_documents({}) == 0
    assert await db.messages.count_documents({}) == 0


async def test_what_a_crash_has_left_goes_with_the_next_try(db, user, tea):
    ann, bob = await user("ann"), await user("bob")
    room = await tea(ann, bob)
    await room.remove(bob)
    await room.remove(ann)
    await belongings.deleted(db, ann.id)
    assert await db.rooms.count_documents({}) == await db.messages.count_documents({}) == 0


async def test_whoever_has_nothing_leaves_nothing(db, user, tea):
    room = await tea(ann := await user("ann"))
    await belongings.deleted(db, (await user("bob")).id)
    await belongings.deleted(db, "65a000000000000000000001")
    assert await said(room) == [("ann", "ann")]
    assert await names(db, room, ann) == ["ann"]


@pytest.fixture
def plans(db, io_loop):
    """`await plans()` tells how MongoDB found the documents of each operation since the test began."""

    async def plans() -> set[str]:
        seen = db.system.profile.find({"planSummary": {"$exists": True}, "ns": {"$regex": "rooms$|messages$"}})
        return {each["planSummary"].split()[0] async for each in seen}

    io_loop.run_sync(lambda: db.command("profile", 2))
    yield plans
    io_loop.run_sync(lambda: db.command("profile", 0))
    io_loop.run_sync(db.system.profile.drop)


async def test_no_collection_is_read_from_end_to_end_for_it(db, user, tea, plans):
    ann, bob = await user("ann"), await user("bob")
    await tea(ann, bob)
    await belongings.renamed(db, replace(ann, username="anna"))
    await belongings.deleted(db, ann.id)
    await belongings.deleted(db, bob.id)
    assert await plans() <= {"IXSCAN", "IDHACK", "COUNT_SCAN", "EOF"}
