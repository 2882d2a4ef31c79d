"""Who is gone leaves nothing behind, whatever was under way; nobody fills the rooms of another."""

import asyncio

import pytest

import models.room
from models import belongings
from models.accounts.user import User
from models.errors import NotFound, TooMany
from models.room import NotAMember, Room


@pytest.fixture
def user(db):
    """Makes a user."""

    async def user(name: str) -> User:
        return await User.register(db, name, f"{name}@example.com", "correct horse")

    return user


@pytest.fixture
def gone(db, user):
    """A user whose account was deleted after a request of theirs had begun."""

    async def gone(name: str) -> User:
        ann = await user(name)
        await belongings.deleted(db, ann.id)
        await ann.delete(db)
        return ann

    return gone


async def left(db) -> tuple[int, int]:
    return await db.rooms.count_documents({}), await db.messages.count_documents({})


async def test_one_who_is_gone_makes_no_room(db, gone):
    ann = await gone("ann")
    with pytest.raises(NotFound):
        await Room.create(db, "Tea", ann)
    assert await left(db) == (0, 0)


async def test_one_who_is_gone_becomes_no_member(db, user, gone):
    ann, room = await gone("ann"), await Room.create(db, "Tea", bob := await user("bob"))
    with pytest.raises(NotFound):
        await room.add(ann)
    assert (await Room.get(db, room.id, member=bob)).members == room.members == [bob.reference()]


async def test_one_who_is_no_member_any_more_says_nothing(db, user):
    ann, bob = await user("ann"), await user("bob")
    room = await Room.create(db, "Tea", bob)
    await room.add(ann)
    before = await Room.get(db, room.id, member=ann)
    await room.remove(ann)
    with pytest.raises(NotAMember):
        await before.post(ann, "hello")
    assert await room.history() == []


async def test_a_room_goes_with_its_last_member_and_all_that_was_said(db, user):
    ann, bob = await user("ann"), await user("bob")
    room = await Room.create(db, "Tea", ann)
    await room.add(bob)
    await room.post(ann, "hello")
    await room.remove(ann)
    assert await left(db) == (1, 1)
    await room.remove(bob)
    assert await left(db) == (0, 0)


async def test_nobody_comes_into_a_room_that_everybody_has_left(db, user):
    ann, bob = await user("ann"), await user("bob")
    room = await Room.create(db, "Tea", ann)
    before = await Room.get(db, room.id, member=ann)
    await room.remove(ann)
    assert not await before.add(bob)
    with pytest.raises(NotAMember):
        await before.post(ann, "hello")
    assert await Room.of(db, bob) == []
    assert await left(db) == (0, 0)


async def test_members_who_leave_while_others_are_added_leave_no_empty_room(db, user):
    ann, bob = await user("ann"), await user("bob")
    for _ in range(20):
        room = await Room.create(db, "Tea", ann)
        await asyncio.gather(room.remove(ann), room.add(bob), return_exceptions=True)
    everything = await db.rooms.find().to_list(None)
    assert all([member["id"] for member in each["members"]] == [bob.id] for each in everything)


async def test_others_cannot_fill_somebodys_rooms(db, user, monkeypatch):
    monkeypatch.setattr(models.room, "MOST_ROOMS", 6)
    monkeypatch.setattr(models.room, "MOST_OF_OTHERS", 3)
    ann, eve = await user("ann"), await user("eve")
    rooms = [await Room.create(db, "Spam", eve) for _ in range(5)]
    added = [await asyncio.gather(room.add(ann), return_exceptions=True) for room in rooms]
    assert [type(each) for [each] in added] == [bool] * 3 + [TooMany] * 2
    for _ in range(3):
        await Room.create(db, "Tea", ann)
    with pytest.raises(TooMany, match="ann is in 6 rooms, and nobody can be in more"):
        await Room.create(db, "Tea", ann)


async def test_a_room_whose_owner_has_left_is_still_one_of_others(db, user, monkeypatch):
    monkeypatch.setattr(models.room, "MOST_OF_OTHERS", 3)
    ann, eve = await user("ann"), await user("eve")
    for _ in range(3):
        room = await Room.create(db, "Spam", eve)
        await room.add(ann)
        await room.remove(eve)
    another = await Room.create(db, "Spam", eve)
    with pytest.raises(TooMany, match="ann is in 3 rooms of others"):
        await another.add(ann)
