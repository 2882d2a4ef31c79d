"""Rooms and their messages as the database keeps them."""

import asyncio

import pytest

from models.accounts.user import User
from models.errors import NotFound, TooMany
from models.room import MOST_ROOMS, NotAMember, Room
from realtime import Limits


@pytest.fixture
def user(db):
    """Makes a user."""

    async def user(name: str) -> User:
        return await User.register(db, name, f"{name}@example.com", "correct horse")

    return user


@pytest.fixture
def queries(db, io_loop):
    """`await queries("rooms")` counts the queries of a collection since the test began."""

    async def queries(collection: str) -> int:
        return await db.system.profile.count_documents({"op": "query", "ns": f"{db.name}.{collection}"})

    io_loop.run_sync(lambda: db.command("profile", 2))
    yield queries
    io_loop.run_sync(lambda: db.command("profile", 0))
    io_loop.run_sync(db.system.profile.drop)


async def test_the_owner_is_a_member_and_nobody_else(db, user):
    ann, bob = await user("ann"), await user("bob")
    room = await Room.create(db, "Tea", ann)
    assert (await Room.get(db, room.id, member=ann)).public() == room.public()
    with pytest.raises(NotAMember):
        await Room.get(db, room.id, member=bob)


@pytest.mark.parametrize("id", ["", "x", "65a000000000000000000001", "\x00"])
async def test_no_other_id_finds_a_room(db, user, id):
    ann = await user("ann")
    await Room.create(db, "Tea", ann)
    with pytest.raises(NotFound):
        await Room.get(db, id, member=ann)


async def test_one_becomes_a_member_once_even_when_added_many_times_at_once(db, user):
    ann, bob = await user("ann"), await user("bob")
    room = await Room.create(db, "Tea", ann)
    added = await asyncio.gather(*(room.add(bob) for _ in range(10)))
    assert sorted(added) == [False] * 9 + [True]
    assert (await Room.get(db, room.id, member=bob)).members == [ann.reference(), bob.reference()]


async def test_one_who_is_removed_is_no_member_any_more(db, user):
    ann = await user("ann")
    room = await Room.create(db, "Tea", ann)
    assert await room.remove(ann)
    assert not await room.remove(ann)
    assert room.members == []
    assert await Room.of(db, ann) == []


async def test_the_rooms_of_users_who_ask_at_once_are_one_query_and_each_gets_their_own(db, user, monkeypatch):
    ann, bob, eve = await user("ann"), await user("bob"), await user("eve")
    tea = await Room.create(db, "Tea", ann)
    both = await Room.create(db, "Both", ann)
    await both.add(bob)
    of_ann, of_bob, of_eve = await asyncio.gather(*(Room.of(db, each) for each in (ann, bob, eve)))
    assert [room.id for room in of_ann] == [tea.id, both.id]
    assert [room.id for room in of_bob] == [both.id]
    assert of_eve == []


def texts(messages) -> list[str]:
    return [message.text for message in messages]


async def test_history_is_paged_backwards_and_each_page_is_oldest_first(db, user):
    ann = await user("ann")
    room, other = await Room.create(db, "Tea", ann), await Room.create(db, "Other", ann)
    said = []
    for number in range(7):
        said.append(await room.post(ann, f"number {number}"))
        await other.post(ann, "elsewhere")
    last = await room.history(limit=3)
    before = await room.history(before=last[0].id, limit=3)
    first = await room.history(before=before[0].id, limit=3)
    assert texts(first + before + last) == texts(said)
    assert len(first) == 1
    assert await room.history(before=first[0].id) == []
    assert texts(await room.history()) == texts(said)


async def test_no_message_has_an_id_that_is_none(db, user):
    room = await Room.create(db, "Tea", await user("ann"))
    with pytest.raises(NotFound):
        await room.history(before="x")


async def filled(db, ann) -> Room:
    """The last of as many rooms of hers as there may be."""
    for number in range(MOST_ROOMS):
        room = await Room.create(db, f"Room {number}", ann)
    return room


async def test_one_can_be_in_as_many_rooms_as_a_socket_and_in_no_more(db, user):
    assert Limits().rooms >= MOST_ROOMS
    ann, bob = await user("ann"), await user("bob")
    last = await filled(db, ann)
    of_bob = await Room.create(db, "Tea", bob)
    with pytest.raises(TooMany, match="ann is in 100 rooms, and nobody can be in more"):
        await Room.create(db, "Tea", ann)
    with pytest.raises(TooMany):
        await of_bob.add(ann)
    assert of_bob.members == (await Room.get(db, of_bob.id, member=bob)).members == [bob.reference()]
    assert len(await Room.of(db, ann)) == MOST_ROOMS
    await last.remove(ann)
    assert await of_bob.add(ann)


async def test_of_many_additions_at_once_none_slips_through(db, user):
    ann, bob = await user("ann"), await user("bob")
    await filled(db, ann)
    others = [await Room.create(db, "Tea", bob) for _ in range(10)]
    added = await asyncio.gather(*(room.add(ann) for room in others), return_exceptions=True)
    assert {type(each) for each in added} == {TooMany}
    assert len(await Room.of(db, ann)) == MOST_ROOMS


async def test_the_rooms_of_many_users_are_one_query_when_asked_for_at_once(db, user, queries):
    """After a restart every client comes back at the same moment."""
    users = [await user(f"user{number}") for number in range(20)]
    rooms = [await Room.create(db, each.username, each) for each in users]
    for each in users[1:]:
        await rooms[0].add(each)
    answers = await asyncio.gather(*(Room.of(db, each) for each in users))
    assert await queries("rooms") == 1
    names = [[room.name for room in answer] for answer in answers]
    assert names == [["user0"], *(["user0", each.username] for each in users[1:])]
