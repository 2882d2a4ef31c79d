"""Every login is a session: its owner sees where they are logged in, and can end each."""

import jwt
import pytest

ROUTES = [
    ("POST", "/auth/local/register"),
    ("POST", "/auth/local"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
    ("GET", "/auth/sessions"),
    ("DELETE", "/auth/sessions/65a000000000000000000001"),
    ("POST", "/auth/change-password"),
    ("POST", "/auth/forgot-password"),
    ("POST", "/auth/reset-password"),
    ("GET", "/users/me"),
    ("PATCH", "/users/me"),
    ("DELETE", "/users/me"),
    ("GET", "/socketio/connections"),
    ("DELETE", "/socketio/connections/65a000000000000000000001"),
]


@pytest.fixture
def sessions(call):
    async def sessions(who) -> list[dict]:
        answer = await call("GET", "/auth/sessions", as_=who)
        assert answer.status == 200, answer.json
        return answer.json

    return sessions


@pytest.mark.parametrize("prefix", ["", "/api"])
async def test_every_route_is_there_and_its_answers_are_kept_by_no_cache(ask, prefix):
    for method, path in ROUTES:
        answer = await ask(method, prefix + path, {} if method in ("POST", "PATCH") else None)
        assert answer.status in (400, 401), (method, path)
        assert answer.headers["Cache-Control"] == "no-store", (method, path)


async def test_one_who_registers_has_a_session(register, sessions):
    ann = await register("ann")
    [session] = await sessions(ann)
    assert list(session) == ["id", "device", "ip", "createdAt", "lastUsedAt", "current"]
    assert session["current"] is True
    assert session["ip"] == "127.0.0.1"
    assert session["createdAt"] == session["lastUsedAt"]
    assert session["createdAt"].endswith("Z")


async def test_every_login_is_a_session_and_the_list_says_which_one_asks(register, login, sessions):
    ann = await register("ann")
    phone = await login(ann, device="Ann's phone", address="198.51.100.7")
    listed = await sessions(phone)
    assert (listed[0]["device"], listed[0]["ip"]) == ("Ann's phone", "198.51.100.7")
    assert [each["current"] for each in listed] == [True, False]
    assert [each["current"] for each in await sessions(ann)] == [False, True]


async def test_a_device_without_a_name_has_one_that_people_can_read(register, ask, sessions):
    ann = await register("ann")
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
    form = {"identifier": "ann", "password": "correct horse"}
    assert (await ask("POST", "/auth/local", form, User_Agent=firefox)).status == 200
    assert (await ask("POST", "/auth/local", form, User_Agent="x" * 5000)).status == 200
    assert (await ask("POST", "/auth/local", form, User_Agent="")).status == 200
    for session in await sessions(ann):
        assert 1 <= len(session["device"]) <= 60
        assert session["device"].isprintable()


async def test_what_is_no_name_of_a_device_is_400_and_makes_no_session(register, call, sessions):
    ann = await register("ann")
    for device in ("", "x" * 61, 1, ["phone"], {"$ne": ""}):
        answer = await call("POST", "/auth/local", {"identifier": "ann", "password": "correct horse", "device": device})
        assert [wrong["path"] for wrong in answer.json["error"]["details"]["errors"]] == [["device"]]
    assert len(await sessions(ann)) == 1


async def test_the_last_used_session_comes_first(register, login, refresh, sessions, time_passes):
    ann = await register("ann")
    await login(ann, device="phone")
    await time_passes(60)
    await refresh(ann.refresh_token)
    [first, second] = await sessions(ann)
    assert (first["current"], second["device"]) == (True, "phone")
    assert first["lastUsedAt"] > first["createdAt"]


async def test_a_token_carries_the_id_of_its_session(register, sessions):
    ann = await register("ann")
    claims = jwt.decode(ann.jwt, options={"verify_signature": False})
    assert [session["id"] for session in await sessions(ann)] == [claims["sid"]]


async def test_the_list_and_the_database_hold_nothing_that_lets_anyone_in(register, login, refresh, sessions, kept):
    ann = await register("ann")
    phone = await login(ann)
    await refresh(phone.refresh_token)
    told = str(await sessions(ann))
    stored = await kept()
    for who in (ann, phone):
        _, secret, mac = who.refresh_token.split(".")
        assert len(secret) >= 22  # 128 bits in base64
        assert "argon2" not in told
        assert who.jwt not in stored
        assert not any(part in told or part in stored for part in (secret, mac))


async def test_one_device_ends_another(register, login, call, sessions, me, refresh, refused):
    ann = await register("ann")
    phone = await login(ann, device="phone")
    [lost] = [each["id"] for each in await sessions(ann) if not each["current"]]
    answer = await call("DELETE", f"/auth/sessions/{lost}", as_=ann)
    assert (answer.status, answer.json) == (200, {"ok": True})

    ended = await me(phone)
    assert refused(ended) == "session_ended"
    assert ended.json["error"]["message"] == "This session was ended from another device."
    assert refused(await refresh(phone.refresh_token)) == "session_ended"
    assert (await me(ann)).status == 200
    assert [each["current"] for each in await sessions(ann)] == [True]


@pytest.mark.slow
async def test_one_ends_the_session_that_asks(register, call, sessions, me, refused):
    ann = await register("ann")
    [mine] = await sessions(ann)
    assert (await call("DELETE", f"/auth/sessions/{mine['id']}", as_=ann)).status == 200
    assert refused(await me(ann)) == "session_ended"


@pytest.mark.slow
async def test_what_has_ended_is_404_when_it_is_ended_again(register, login, call, sessions):
    ann = await register("ann")
    await login(ann)
    [other] = [each["id"] for each in await sessions(ann) if not each["current"]]
    assert (await call("DELETE", f"/auth/sessions/{other}", as_=ann)).status == 200
    assert (await call("DELETE", f"/auth/sessions/{other}", as_=ann)).status == 404


async def test_nobody_ends_or_sees_the_session_of_another(register, call, sessions, me):
    ann, ben = await register("ann"), await register("ben")
    [hers] = await sessions(ann)
    answer = await call("DELETE", f"/auth/sessions/{hers['id']}", as_=ben)
    unknown = await call("DELETE", "/auth/sessions/65a000000000000000000001", as_=ben)
    assert (answer.status, answer.json) == (404, unknown.json)
    assert (await me(ann)).status == 200
    assert hers["id"] not in str(await sessions(ben))


@pytest.mark.slow
async def test_what_is_no_session_is_404(register, call):
    ann = await register("ann")
    for id in ("x", "null", "%24ne", "%00", "65a000000000000000000001", "..%2F..", "%F0%9F%90%8E"):
        assert (await call("DELETE", f"/auth/sessions/{id}", as_=ann)).status == 404, id


async def test_a_session_without_a_user_says_so(register, db, me, refused, call):
    ann = await register("ann")
    await db.users.delete_many({})
    assert refused(await me(ann)) == "user_unknown"
    assert refused(await call("GET", "/auth/sessions", as_=ann)) == "user_unknown"
