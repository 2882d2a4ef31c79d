"""Users as the database keeps and finds them."""

import asyncio

import argon2
import pytest
from pymongo.monitoring import CommandListener

from models.accounts import passwords
from models.accounts.user import User
from models.errors import NotFound

HASHER = passwords.hasher  # before tests get a quick one


class Commands(CommandListener):
    """The names of the commands that went to MongoDB."""

    def __init__(self):
        self.names = []

    def started(self, event):
        self.names.append(event.command_name)

    def succeeded(self, event):
        pass

    failed = succeeded


@pytest.fixture
def commands():
    return Commands()


@pytest.fixture
def db(db, mongodb_url, commands, open_database):
    return open_database(mongodb_url, db.name, event_listeners=[commands])


@pytest.fixture
def user(db):
    """Makes a user."""

    async def user(name: str) -> User:
        return await User.register(db, name, f"{name}@example.com", "correct horse")

    return user


async def test_a_user_is_the_same_however_they_are_found(db, user):
    ann = await user("Ann")
    assert ann == await User.get(db, ann.id)
    assert ann == await User.named(db, "ANN")
    assert ann == await User.login(db, "ann@example.com", "correct horse")


@pytest.mark.parametrize(
    "id", ["", "x", "65a000000000000000000001", "65a00000000000000000000g", "twelve bytes", "\x00"]
)
async def test_no_other_id_finds_a_user(db, user, id):
    await user("ann")
    with pytest.raises(NotFound):
        await User.get(db, id)


@pytest.mark.parametrize("name", ["", "bob", "ann@example.com", "\u0301" * 100_000, "$ne"])
async def test_no_other_name_finds_a_user(db, user, name):
    await user("ann")
    with pytest.raises(NotFound):
        await User.named(db, name)


async def test_users_who_are_looked_up_at_once_are_one_query(db, user, commands):
    ann, bob = await user("ann"), await user("bob")
    commands.names.clear()
    found = await asyncio.gather(*(User.get(db, each.id) for each in [ann, bob] * 32))
    assert found == [ann, bob] * 32
    assert commands.names == ["find"]


async def test_one_id_that_is_none_does_not_keep_others_from_being_found(db, user):
    ann = await user("ann")
    found = await asyncio.gather(User.get(db, "x"), User.get(db, ann.id), return_exceptions=True)
    assert isinstance(found[0], NotFound)
    assert found[1] == ann


async def test_a_hash_stays_in_the_database(db, user):
    ann = await user("ann")
    assert "argon2" not in repr(ann)
    assert "argon2" in (await db.users.find_one())["password_hash"]


async def test_a_weak_hash_is_replaced_at_login(db, user, monkeypatch):
    weaker = argon2.PasswordHasher(memory_cost=8192, time_cost=1, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", weaker)
    ann = await user("ann")
    monkeypatch.setattr(passwords, "hasher", HASHER)
    assert await User.login(db, "ann", "correct horse") == ann
    assert "m=19456,t=2,p=1" in (await db.users.find_one())["password_hash"]
    assert await User.login(db, "ann", "correct horse") == ann
