"""Sessions as the app knows them: who acts, until when, and what every server hears of an end."""

import asyncio
import time

import pytest

from models.accounts.errors import SessionEnded, TokenExpired, TokenInvalid, Unauthenticated, UserBlocked
from models.accounts.sessions import Sessions
from models.accounts.tokens import Tokens
from models.accounts.user import User

SECRET = "a secret of thirty-two bytes, or more"


@pytest.fixture
def sessions(db) -> Sessions:
    return Sessions(db, SECRET, 3600, 30 * 24 * 3600)


@pytest.fixture
def elsewhere(db) -> Sessions:
    """Another server on the same database."""
    return Sessions(db, SECRET, 3600, 30 * 24 * 3600)


@pytest.fixture
def ann(db, io_loop) -> User:
    return io_loop.run_sync(lambda: User.register(db, "ann", "ann@example.com", "correct horse"))


@pytest.fixture
def ben(db, io_loop) -> User:
    return io_loop.run_sync(lambda: User.register(db, "ben", "ben@example.com", "correct horse"))


@pytest.fixture
def begin(sessions):
    return lambda user: sessions.begin(user, "phone", "198.51.100.1")


def test_a_short_secret_is_refused(db):
    with pytest.raises(ValueError, match="32 bytes"):
        Sessions(db, "s" * 31, 3600, 3600)


async def test_a_token_gives_user_session_and_an_end(sessions, ann, begin):
    pair = await begin(ann)
    access = await sessions.authenticate(pair.jwt)
    assert (access.user, access.session_id) == (ann, pair.session_id)
    assert access.expires_at == pytest.approx(time.time() + 3600, abs=5)


async def test_every_server_knows_the_tokens_of_the_others(elsewhere, ann, begin):
    pair = await begin(ann)
    assert (await elsewhere.authenticate(pair.jwt)).user == ann
    renewed = await elsewhere.refresh(pair.refresh_token, "198.51.100.2")
    assert renewed.session_id == pair.session_id


async def test_the_answer_that_one_server_lost_another_gives_again(sessions, elsewhere, ann, begin):
    token = (await begin(ann)).refresh_token
    first = await sessions.refresh(token, "198.51.100.1")
    again = await elsewhere.refresh(token, "198.51.100.1")
    assert first.refresh_token == again.refresh_token


async def test_another_secret_makes_other_tokens_and_ends_nothing(db, sessions, ann, begin):
    stranger = Sessions(db, "another secret of thirty-two bytes", 3600, 3600)
    pair = await begin(ann)
    with pytest.raises(TokenInvalid):
        await stranger.authenticate(pair.jwt)
    with pytest.raises(TokenInvalid):
        await stranger.refresh(pair.refresh_token, "")
    with pytest.raises(TokenInvalid):
        await sessions.refresh((await stranger.begin(ann, "phone", "")).refresh_token, "")
    assert (await sessions.authenticate(pair.jwt)).user == ann


async def test_a_token_that_names_the_session_of_another_is_refused(sessions, ann, ben, begin):
    his = (await begin(ben)).session_id
    with pytest.raises(SessionEnded):
        await sessions.authenticate(Tokens(SECRET, 3600).issue(ann.id, his))


@pytest.mark.parametrize("session_id", ["", "x", "65a000000000000000000001", "\x00"])
async def test_a_token_of_a_session_that_is_not_there_has_ended(sessions, ann, session_id):
    with pytest.raises(SessionEnded):
        await sessions.authenticate(Tokens(SECRET, 3600).issue(ann.id, session_id))


async def test_a_session_of_before_the_password_was_set_anew_counts_for_nothing(db, sessions, ann, begin):
    pair = await begin(ann)
    await ann.set_password(db, "battery staple")
    with pytest.raises(SessionEnded):
        await sessions.authenticate(pair.jwt)
    with pytest.raises(SessionEnded):
        await sessions.refresh(pair.refresh_token, "")


async def test_a_login_that_races_with_a_new_password_counts_for_nothing(db, sessions, ann, begin):
    await ann.set_password(db, "battery staple")
    late = await begin(ann)  # who looked at the user before
    with pytest.raises(SessionEnded):
        await sessions.authenticate(late.jwt)


async def test_a_renewed_session_goes_on_and_its_token_from_before_does_not(db, sessions, ann, begin):
    pair = await begin(ann)
    renewed = await sessions.renew(await ann.set_password(db, "battery staple"), pair.session_id)
    assert (await sessions.authenticate(renewed.jwt)).session_id == pair.session_id
    assert await sessions.refresh(renewed.refresh_token, "")
    with pytest.raises(SessionEnded):
        await sessions.refresh(pair.refresh_token, "")


async def test_only_open_sessions_are_listed_and_the_last_used_comes_first(sessions, ann, ben, begin):
    first, second, third = [await begin(ann) for _ in range(3)]
    await begin(ben)
    await asyncio.sleep(0.002)
    await sessions.refresh(first.refresh_token, "198.51.100.2")
    await sessions.end(ann.id, second.session_id, "why")
    listed = await sessions.of(ann.id)
    assert [session.id for session in listed] == [first.session_id, third.session_id]
    assert listed[0].ip == "198.51.100.2"
    assert listed[0].last_used_at > listed[0].created_at


async def test_a_session_ends_once(sessions, ann, begin):
    pair = await begin(ann)
    assert await sessions.end(ann.id, pair.session_id, "first") is True
    assert await sessions.end(ann.id, pair.session_id, "second") is False
    assert [ended.why for ended in await sessions.ended_lately()] == ["first"]


async def test_nobody_ends_the_session_of_another(sessions, ann, ben, begin):
    pair = await begin(ann)
    assert await sessions.end(ben.id, pair.session_id, "why") is False
    assert (await sessions.authenticate(pair.jwt)).user == ann


async def test_all_but_one_are_ended(sessions, ann, ben, begin):
    kept, lost, other = await begin(ann), await begin(ann), await begin(ben)
    await sessions.end_all(ann.id, "why", keep=kept.session_id)
    assert (await sessions.authenticate(kept.jwt)).user == ann
    assert (await sessions.authenticate(other.jwt)).user == ben
    with pytest.raises(SessionEnded):
        await sessions.authenticate(lost.jwt)


async def test_every_server_hears_of_every_end(sessions, elsewhere, ann, ben, begin):
    lost, other = await begin(ann), await begin(ben)
    assert await elsewhere.ended_lately() == await sessions.ended_lately() == []
    await sessions.end(ann.id, lost.session_id, "You logged out.")
    for server in (sessions, elsewhere):
        [ended] = await server.ended_lately()
        assert (ended.user_id, ended.session_id, ended.why) == (ann.id, lost.session_id, "You logged out.")
    assert (await sessions.authenticate(other.jwt)).user == ben


async def test_a_server_that_has_just_started_hears_of_what_ended_before(db, sessions, ann, begin):
    lost = await begin(ann)
    await sessions.end(ann.id, lost.session_id, "why")
    started = Sessions(db, SECRET, 3600, 3600)
    assert [ended.session_id for ended in await started.ended_lately()] == [lost.session_id]


async def test_what_ended_long_ago_is_not_told_again(db, sessions, ann, begin):
    lost = await begin(ann)
    await sessions.ended_lately()
    await sessions.end(ann.id, lost.session_id, "why")
    await db.sessions.update_one({}, [{"$set": {"ended_at": {"$subtract": ["$ended_at", 60_000]}}}])
    assert await sessions.ended_lately() == []


async def test_a_reused_token_ends_the_session_for_every_server(sessions, elsewhere, ann, begin):
    first = await begin(ann)
    second = await sessions.refresh(first.refresh_token, "")
    third = await sessions.refresh(second.refresh_token, "")
    with pytest.raises(SessionEnded):
        await elsewhere.refresh(first.refresh_token, "")
    for pair in (first, second, third):
        with pytest.raises(SessionEnded):
            await sessions.authenticate(pair.jwt)
        with pytest.raises(SessionEnded):
            await sessions.refresh(pair.refresh_token, "")
    assert len(await elsewhere.ended_lately()) == 1


async def test_a_refresh_token_has_an_end(db, ann):
    sessions = Sessions(db, SECRET, 3600, -1)
    with pytest.raises(TokenExpired):
        await sessions.refresh((await sessions.begin(ann, "phone", "")).refresh_token, "")


async def test_a_blocked_user_has_no_access(db, sessions, ann, begin):
    pair = await begin(ann)
    await ann.change(db, blocked=True)
    with pytest.raises(UserBlocked):
        await sessions.authenticate(pair.jwt)
    with pytest.raises(UserBlocked):
        await sessions.refresh(pair.refresh_token, "")


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "x" * 9999, "\x00", "ä.ö.ü", None, 1])
async def test_garbage_is_refused_before_any_query(sessions, token):
    for presented in (sessions.authenticate(token), sessions.refresh(token, "")):
        with pytest.raises(TokenInvalid):
            await presented


async def test_a_thousand_who_ask_at_once_are_a_few_queries(db, sessions, ann, begin):
    pair = await begin(ann)
    await sessions.authenticate(pair.jwt)
    before = (await db.client.admin.command("serverStatus"))["opcounters"]
    accesses = await asyncio.gather(*(sessions.authenticate(pair.jwt) for _ in range(1000)))
    after = (await db.client.admin.command("serverStatus"))["opcounters"]
    assert {access.user for access in accesses} == {ann}
    asked = sum(after[kind] - before[kind] for kind in ("query", "getmore", "command"))
    assert asked < 20


async def test_a_user_has_only_so_many_sessions(sessions, ann, begin, monkeypatch):
    monkeypatch.setattr("models.accounts.sessions.refreshing.MOST_SESSIONS", 3)
    pairs = []
    for _ in range(5):
        pairs.append(await begin(ann))
        await asyncio.sleep(0.002)
    assert [session.id for session in await sessions.of(ann.id)] == [pair.session_id for pair in pairs[:1:-1]]
    with pytest.raises(Unauthenticated):
        await sessions.authenticate(pairs[0].jwt)


async def test_the_database_removes_what_has_ended(db, sessions, ann, begin):
    indexes = await db.sessions.index_information()
    [ends] = [index for index in indexes.values() if "expireAfterSeconds" in index]
    assert (ends["key"], ends["expireAfterSeconds"]) == ([("expires_at", 1)], 0)
