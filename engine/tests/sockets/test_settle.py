"""`io.settle`: what was decided last is what the sockets end with, however those who decide overlap."""

import asyncio
import random

import pytest

from engine.tests.app import io, socket_of
from engine.tests.people import ANNA

pytestmark = pytest.mark.contract


class Memberships:
    """Who is in a room, as a database has it: each answer takes a while, and is of the moment that it was given."""

    def __init__(self, chance: random.Random):
        self.members, self.chance = set(), chance

    async def passes(self):
        for _ in range(self.chance.randrange(4)):
            await asyncio.sleep(0)

    async def change(self, user_id: str, member: bool):
        await self.passes()
        (self.members.add if member else self.members.discard)(user_id)
        await self.passes()

    async def has(self, user_id: str) -> bool:
        await self.passes()
        member = user_id in self.members
        await self.passes()
        return member


@pytest.fixture
def in_room(connect):
    return lambda client: "tea" in socket_of(client).rooms


async def test_one_who_is_a_member_is_joined_and_one_who_is_not_is_taken_out(connect, in_room):
    anna = await connect(ANNA)
    answers = iter([True, True])
    assert await io.settle("anna", "tea", lambda: asyncio.sleep(0, next(answers))) is True
    assert in_room(anna)
    answers = iter([False, False])
    assert await io.settle("anna", "tea", lambda: asyncio.sleep(0, next(answers))) is False
    assert not in_room(anna)


async def test_one_who_is_taken_out_while_they_are_joined_ends_outside(connect, in_room):
    anna = await connect(ANNA)
    answers = iter([True, False, False])
    assert await io.settle("anna", "tea", lambda: asyncio.sleep(0, next(answers))) is False
    assert not in_room(anna)


async def test_what_cannot_be_asked_changes_nothing(connect, in_room):
    anna = await connect(ANNA)
    await io.join("anna", "tea")

    async def away():
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await io.settle("anna", "tea", away)
    assert in_room(anna)


@pytest.mark.parametrize("seed", range(30))
async def test_however_changes_overlap_the_sockets_end_as_the_database_does(connect, in_room, seed):
    chance = random.Random(seed)
    database, anna = Memberships(chance), await connect(ANNA)

    async def change(member: bool):
        await database.change("anna", member)
        await io.settle("anna", "tea", lambda: database.has("anna"))

    for _ in range(10):
        await asyncio.gather(*(change(chance.random() < 0.5) for _ in range(4)))
        assert in_room(anna) == ("anna" in database.members)
