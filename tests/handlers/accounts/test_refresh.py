"""Refresh tokens: used once, repeated when an answer is lost, and the end of the session when two hold one."""

import asyncio

import pytest

DAY = 24 * 3600


@pytest.fixture
def refreshed(refresh):
    """`jwt, token = await refreshed(token)` for a refresh that succeeds."""

    async def refreshed(token: str) -> tuple[str, str]:
        answer = await refresh(token)
        assert answer.status == 200, answer.json
        assert list(answer.json) == ["jwt", "refreshToken"]
        return answer.json["jwt"], answer.json["refreshToken"]

    return refreshed


@pytest.fixture
def alive(me, refresh, refused):
    """Whether a session lives: its access token and its newest refresh token say the same."""

    async def alive(who) -> bool:
        seen, renewed = await me(who), await refresh(who.refresh_token)
        if seen.status == 200:
            assert renewed.status == 200, renewed.json
            return True
        assert (refused(seen), refused(renewed)) == ("session_ended", "session_ended")
        return False

    return alive


def changed(token: str, part: int) -> str:
    """The token with one character of one of its parts changed."""
    parts = token.split(".")
    first = "A" if parts[part][0] != "A" else "B"
    parts[part] = first + parts[part][1:]
    return ".".join(parts)


async def test_a_refresh_gives_new_tokens_of_the_same_session(register, refreshed, me, call):
    ann = await register("ann")
    jwt, token = await refreshed(ann.refresh_token)
    assert jwt != ann.jwt
    assert token != ann.refresh_token
    ann.jwt = jwt
    assert (await me(ann)).json["username"] == "ann"
    assert len((await call("GET", "/auth/sessions", as_=ann)).json) == 1


@pytest.mark.slow
async def test_a_session_lives_on_from_refresh_to_refresh(register, refreshed, time_passes):
    ann = await register("ann")
    tokens = [ann.refresh_token]
    for _ in range(5):
        tokens.append((await refreshed(tokens[-1]))[1])
        await time_passes(3600)
    assert len(set(tokens)) == 6


async def test_whose_answer_was_lost_gets_the_same_one_again(register, refreshed, time_passes, me):
    ann = await register("ann")
    _, token = await refreshed(ann.refresh_token)
    await time_passes(9)
    jwt, again = await refreshed(ann.refresh_token)
    assert again == token
    ann.jwt = jwt
    assert (await me(ann)).status == 200
    await refreshed(token)


async def test_a_repeated_answer_does_not_open_the_ten_seconds_anew(register, refreshed, refresh, time_passes):
    ann = await register("ann")
    await refreshed(ann.refresh_token)
    await time_passes(6)
    await refreshed(ann.refresh_token)
    await time_passes(6)
    assert (await refresh(ann.refresh_token)).status == 401


async def test_after_ten_seconds_an_old_token_ends_the_session(
    register, refreshed, refresh, refused, time_passes, alive
):
    ann = await register("ann")
    old = ann.refresh_token
    ann.jwt, ann.refresh_token = await refreshed(old)
    await time_passes(11)
    answer = await refresh(old)
    assert refused(answer) == "session_ended"
    assert answer.json["error"]["message"] == "Someone used an old token of this session; log in again."
    assert not await alive(ann)


async def test_the_token_before_the_last_ends_the_session_at_once(register, refreshed, refresh, refused, alive):
    ann = await register("ann")
    oldest = ann.refresh_token
    _, middle = await refreshed(oldest)
    ann.jwt, ann.refresh_token = await refreshed(middle)
    assert refused(await refresh(oldest)) == "session_ended"
    assert not await alive(ann)


@pytest.mark.slow
async def test_a_reused_token_ends_its_own_session_alone(register, login, refreshed, refresh, alive):
    ann = await register("ann")
    phone = await login(ann)
    _, middle = await refreshed(phone.refresh_token)
    await refreshed(middle)
    assert (await refresh(phone.refresh_token)).status == 401
    assert await alive(ann)


async def test_of_thief_and_owner_both_are_out_whoever_comes_first(register, refreshed, refresh, refused, time_passes):
    ann = await register("ann")
    stolen = ann.refresh_token
    _, the_thiefs = await refreshed(stolen)
    await time_passes(60)
    assert refused(await refresh(ann.refresh_token)) == "session_ended"
    assert refused(await refresh(the_thiefs)) == "session_ended"


async def test_twenty_at_once_with_one_token_get_the_same_one(register, refreshed, me):
    ann = await register("ann")
    answers = await asyncio.gather(*(refreshed(ann.refresh_token) for _ in range(20)))
    assert len({token for _, token in answers}) == 1
    ann.jwt = answers[-1][0]
    assert (await me(ann)).status == 200
    await refreshed(answers[0][1])


async def test_a_forged_token_is_refused_and_ends_nothing(register, refresh, refused, alive):
    ann = await register("ann")
    for part in range(3):
        assert refused(await refresh(changed(ann.refresh_token, part))) == "token_invalid"
    assert await alive(ann)


async def test_the_secret_of_one_session_opens_no_other(register, refresh, refused, alive):
    ann, ben = await register("ann"), await register("ben")
    hers, his = ann.refresh_token.split("."), ben.refresh_token.split(".")
    for mixed in ([hers[0], *his[1:]], [*hers[:2], his[2]], [hers[0], his[1], hers[2]]):
        assert refused(await refresh(".".join(mixed))) == "token_invalid"
    assert await alive(ann)
    assert await alive(ben)


async def test_garbage_is_no_refresh_token(refresh, refused):
    for token in ("", ".", "...", "a.b.c", "x" * 5000, "\x00.\x00.\x00", "ä.ö.ü", "65a000000000000000000001.a.b", None):
        assert refused(await refresh(token)) == "token_invalid"


async def test_what_cannot_be_one_is_400(refresh):
    for value in (1, [], {"$ne": None}):
        answer = await refresh(value)
        assert (answer.status, answer.json["error"]["name"]) == (400, "ValidationError")


async def test_a_refresh_token_ends_after_thirty_days(register, refresh, refused, time_passes):
    ann, ben = await register("ann"), await register("ben")
    await time_passes(30 * DAY - 60)
    assert (await refresh(ann.refresh_token)).status == 200
    await time_passes(120)
    assert refused(await refresh(ben.refresh_token)) in ("token_expired", "session_ended")


@pytest.mark.slow
async def test_a_session_ends_a_year_after_its_login_however_often_it_is_refreshed(
    register, refreshed, refresh, refused, time_passes, me
):
    ann = await register("ann")
    token = ann.refresh_token
    for _ in range(14):
        token = (await refreshed(token))[1]
        await time_passes(26 * DAY)
    assert (await refresh(token)).status == 200
    await time_passes(2 * DAY)
    assert refused(await refresh(token)) == "token_expired"


async def test_an_access_token_is_no_refresh_token(register, refresh, refused, alive):
    ann = await register("ann")
    assert refused(await refresh(ann.jwt)) == "token_invalid"
    assert await alive(ann)


async def test_a_refresh_token_is_no_access_token(register, me, refused, connect):
    ann = await register("ann")
    jwt, ann.jwt = ann.jwt, ann.refresh_token
    assert refused(await me(ann)) == "token_invalid"
    with pytest.raises(Exception, match="One or more namespaces failed to connect"):
        await connect(ann)
    ann.jwt = jwt
    assert (await me(ann)).status == 200


async def test_one_who_is_blocked_cannot_refresh(register, refresh, refused, block):
    ann = await register("ann")
    await block(ann)
    assert refused(await refresh(ann.refresh_token)) in ("user_blocked", "session_ended")


async def test_one_who_is_blocked_in_the_database_alone_cannot_refresh(register, refresh, refused, db):
    ann = await register("ann")
    await db.users.update_one({}, {"$set": {"blocked": True}})
    assert refused(await refresh(ann.refresh_token)) == "user_blocked"


@pytest.mark.slow
async def test_one_who_is_gone_cannot_refresh(register, refresh, db):
    ann = await register("ann")
    await db.users.delete_many({})
    assert (await refresh(ann.refresh_token)).status == 401
