"""Another role, or a block: every server hears of it, and knows which sockets it concerns."""

import pytest

from models import roles
from models.accounts import administration
from models.accounts.sessions import Sessions
from models.accounts.user import User

SECRET = "a secret of thirty-two bytes, or more"


@pytest.fixture(autouse=True)
def cooks(monkeypatch):
    """A clone adds a role."""
    monkeypatch.setattr(roles, "ROLES", [*roles.ROLES, "cook"])


@pytest.fixture
def servers(db) -> list[Sessions]:
    return [Sessions(db, SECRET, 3600, 30 * 24 * 3600) for _ in range(2)]


@pytest.fixture
def ann(db, io_loop) -> User:
    return io_loop.run_sync(lambda: User.register(db, "ann", "ann@example.com", "correct horse"))


async def test_every_server_hears_that_a_role_has_changed_and_whom_it_concerns(db, servers, ann):
    cook = await administration.set_role(db, ann, "cook")
    assert cook.role == "cook"
    for server in servers:
        [ended] = await server.ended_lately()
        assert (ended.user_id, ended.session_id, ended.code) == (ann.id, None, "role")
        assert ended.concerns(ann)
        assert not ended.concerns(cook)


async def test_what_is_told_is_the_role_of_now(db, servers, ann):
    for role in ("cook", "admin", "authenticated"):
        await administration.set_role(db, ann, role)
    [ended] = await servers[0].ended_lately()
    assert not ended.concerns(ann)


async def test_a_block_is_told_wherever_it_was_set(db, servers, ann):
    await ann.change(db, blocked=True)
    [ended] = await servers[0].ended_lately()
    assert (ended.user_id, ended.session_id, ended.code) == (ann.id, None, "revoked")
    assert ended.why == "Your account has been blocked by an administrator."
    assert ended.concerns(ann)


async def test_other_changes_are_no_news_to_sockets(db, servers, ann):
    await ann.change(db, username="anna", email="anna@example.com", confirmed=True)
    assert await servers[0].ended_lately() == []


async def test_a_role_of_long_ago_is_not_told(db, servers, ann):
    await servers[0].ended_lately()
    await administration.set_role(db, ann, "cook")
    earlier = {"rights_changed_at": {"$subtract": ["$rights_changed_at", 60_000]}}
    await db.users.update_one({}, [{"$set": earlier}])
    assert await servers[0].ended_lately() == []


async def test_there_are_no_other_roles(db, ann):
    with pytest.raises(ValueError, match="There is no role 'baker'"):
        await administration.set_role(db, ann, "baker")
    assert (await User.get(db, ann.id)).role == "authenticated"


async def test_news_are_found_by_indexes(db, servers, ann):
    await db.command("profile", 2)
    await servers[0].ended_lately()
    await db.command("profile", 0)
    [seen] = await db.system.profile.find({"op": "command", "command.aggregate": "sessions"}).to_list(None)
    await db.system.profile.drop()
    assert "COLLSCAN" not in seen["planSummary"]
    assert seen["docsExamined"] == 0
