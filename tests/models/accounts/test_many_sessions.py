"""What a login asks the database costs the same however often the user has logged in, and out, before."""

from datetime import timedelta

import pytest
from bson import ObjectId

from models.accounts import places, sessions
from models.accounts.errors import WrongCredentials
from models.accounts.sessions import Sessions
from models.accounts.user import User
from models.documents import now

SECRET = "a secret of thirty-two bytes, or more"
MANY = 5000


@pytest.fixture
def app_sessions(db) -> Sessions:
    return Sessions(db, SECRET, 3600, 30 * 24 * 3600)


@pytest.fixture
def ann(db, io_loop) -> User:
    return io_loop.run_sync(lambda: User.register(db, "ann", "ann@example.com", "correct horse"))


@pytest.fixture
def ended(db):
    """`await ended(ann)`: so many sessions of hers have just ended."""

    async def ended(user: User):
        time = now()
        common = {"user": ObjectId(user.id), "credentials": 1, "ended_at": time, "ended_because": "You logged out."}
        times = {"created_at": time, "last_used_at": time, "expires_at": time + timedelta(days=30)}
        await db.sessions.insert_many([{**common, **times, "ip": f"10.0.{n >> 8}.{n & 255}"} for n in range(MANY)])

    return ended


@pytest.fixture
def costs(db, io_loop):
    """`await costs(coroutine)`: of each operation on accounts, how it was found and what MongoDB looked at for it."""

    async def costs(coroutine) -> list[tuple]:
        await db.command("profile", 2)
        await coroutine
        await db.command("profile", 0)
        found = await db.system.profile.find({"ns": {"$regex": "users$|sessions$"}}).sort("ts").to_list(None)
        await db.system.profile.drop()
        return [(each["op"], each.get("keysExamined", 0), each.get("docsExamined", 0)) for each in found]

    return costs


@pytest.fixture
def log_in(db, app_sessions):
    async def log_in(password: str = "correct horse", name: str = "ann"):
        await places.of(db, name)
        user = await User.login(db, name, password)
        await places.remember(db, user, "198.51.100.1")
        return await app_sessions.begin(user, "phone", "198.51.100.1")

    return log_in


async def test_a_login_costs_the_same(ann, costs, log_in, ended):
    await log_in()
    before = await costs(log_in())
    await ended(ann)
    after = await costs(log_in())
    assert [each[0] for each in after] == [each[0] for each in before]
    # One more session is open than the time before.
    assert sum(keys for _, keys, _ in after) <= sum(keys for _, keys, _ in before) + 4
    assert sum(documents for *_, documents in after) <= sum(documents for *_, documents in before) + 2


async def wrong(log_in, name: str):
    with pytest.raises(WrongCredentials):
        await log_in("wrong horse", name)


async def test_a_wrong_password_costs_the_same_for_one_with_many_and_for_nobody(ann, costs, log_in, ended):
    await ended(ann)
    known = await costs(wrong(log_in, "ann"))
    unknown = await costs(wrong(log_in, "nobody"))
    assert [each[0] for each in known] == [each[0] for each in unknown] == ["query", "query"]
    assert [each[1:] for each in known] == [(1, 1)] * 2
    assert [each[1:] for each in unknown] == [(0, 0)] * 2


async def test_so_do_a_list_a_refresh_a_logout_and_what_servers_hear(ann, app_sessions, costs, log_in, ended):
    async def everything():
        pair = await app_sessions.refresh((await log_in()).refresh_token, "198.51.100.1")
        await app_sessions.authenticate(pair.jwt)
        await app_sessions.of(ann.id)
        await app_sessions.end_all(ann.id, "You logged out everywhere.")

    before = await costs(everything())
    await ended(ann)
    assert await costs(everything()) == before


async def test_what_has_ended_is_gone_after_minutes_and_says_nothing_of_where_it_was(db, ann, app_sessions, log_in):
    pair = await log_in()
    await app_sessions.end(ann.id, pair.session_id, "You logged out.")
    [document] = await db.sessions.find().to_list(None)
    assert document["expires_at"] <= now() + timedelta(minutes=15)
    assert not document.keys() & {"ip", "device", "refresh_hash", "parent_hash"}


async def test_a_server_that_has_not_asked_for_so_long_is_told_that_it_has_missed_some(app_sessions, monkeypatch):
    await app_sessions.ended_lately()
    monkeypatch.setattr("models.accounts.sessions.ending.KEPT_SECONDS", 0)
    with pytest.raises(sessions.EndingsForgotten):
        await app_sessions.ended_lately()
    monkeypatch.undo()
    assert await app_sessions.ended_lately() == []


async def test_places_are_the_latest_from_where_somebody_logged_in(db, ann, monkeypatch):
    monkeypatch.setattr(places, "MOST_PLACES", 3)
    for number in (1, 2, 1, 3, 4):
        await places.remember(db, ann, f"198.51.100.{number}")
    assert (
        await places.of(db, "ANN@example.com") == await places.of(db, "Ann") == [f"198.51.100.{n}" for n in (2, 3, 4)]
    )
    assert await places.of(db, "nobody") == await places.of(db, "nobody@example.com") == []
