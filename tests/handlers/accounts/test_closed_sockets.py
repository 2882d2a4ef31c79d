"""A socket lives no longer than its session: it is told why, and closed for good, within a second."""

import asyncio
from functools import partial

import pytest

from models.accounts.tokens import Tokens
from realtime import io

NEW = {"password": "battery staple", "passwordConfirmation": "battery staple"}
PASSWORD = "correct horse"
CHANGED = "The password was changed; log in with the new one."


@pytest.fixture(autouse=True)
def looked_after_often(http_server):
    """How long it takes as shipped is what engine/tests/sockets/test_ended_sessions.py is about."""
    io.node.services.limits.ended_seconds = 0.02


@pytest.fixture
def told(received):
    """`code, message = await told(client)`: what the client hears before its connection ends."""

    async def told(client) -> tuple[str, str]:
        async with asyncio.timeout(30):
            closing = await received(client, "closing")
            assert await client.closed() == client.socket.reason.SERVER_DISCONNECT
        return closing["code"], closing["message"]

    return told


@pytest.fixture
def ann(register, io_loop):
    return io_loop.run_sync(partial(register, "ann"))


async def other_session(call, who) -> str:
    [id] = [each["id"] for each in (await call("GET", "/auth/sessions", as_=who)).json if not each["current"]]
    return id


async def test_logging_out_closes_the_sockets_of_this_session_alone(ann, login, connect, call, told, me, refused):
    phone = await login(ann)
    client, first, second = await connect(ann), await connect(phone), await connect(phone)
    await call("POST", "/auth/logout", as_=phone)
    assert await told(first) == await told(second) == ("revoked", "You logged out.")
    assert refused(await me(phone)) == "session_ended"
    assert "closing" not in await client.settled()


async def test_the_oldest_of_too_many_sessions_is_told_why_it_ends(ann, login, connect, told, monkeypatch):
    monkeypatch.setattr("models.accounts.sessions.refreshing.MOST_SESSIONS", 2)
    oldest, other = await connect(ann), await connect(await login(ann))
    await login(ann)
    assert await told(oldest) == ("revoked", "You logged in on too many other devices.")
    assert "closing" not in await other.settled()


async def test_a_client_that_polls_is_told_just_so(ann, connect, call, told):
    client = await connect(ann, transports=["polling"])
    await call("POST", "/auth/logout", as_=ann)
    assert await told(client) == ("revoked", "You logged out.")


async def test_logging_out_everywhere_closes_all_sockets_of_the_user_alone(ann, register, login, connect, call, told):
    clients, other = [await connect(ann), await connect(await login(ann))], await connect(await register("ben"))
    await call("POST", "/auth/logout", {"scope": "all"}, as_=ann)
    assert [await told(client) for client in clients] == [("revoked", "You logged out everywhere.")] * 2
    assert "closing" not in await other.settled()


async def test_a_session_that_another_device_ends_is_told_so(ann, login, connect, call, told):
    client, lost = await connect(ann), await connect(await login(ann))
    await call("DELETE", f"/auth/sessions/{await other_session(call, ann)}", as_=ann)
    assert await told(lost) == ("revoked", "This session was ended from another device.")
    assert "closing" not in await client.settled()


async def test_a_changed_password_keeps_the_sockets_of_this_session(ann, login, connect, call, told):
    client, lost = await connect(ann), await connect(await login(ann))
    await call("POST", "/auth/change-password", {"currentPassword": PASSWORD, **NEW}, as_=ann)
    assert await told(lost) == ("revoked", CHANGED)
    assert "closing" not in await client.settled()


async def test_a_reset_password_closes_every_socket(ann, login, connect, call, told, reset_code):
    clients = [await connect(ann), await connect(await login(ann))]
    await call("POST", "/auth/forgot-password", {"email": ann.email})
    await call("POST", "/auth/reset-password", {"code": await reset_code(ann), **NEW})
    assert [await told(client) for client in clients] == [("revoked", CHANGED)] * 2


async def test_one_who_is_blocked_is_out_and_told_so(ann, connect, told, block, me, refused):
    client = await connect(ann)
    await block(ann)
    assert await told(client) == ("revoked", "Your account has been blocked by an administrator.")
    assert refused(await me(ann)) == "user_blocked"


async def test_one_who_deletes_the_account_is_out_and_told_so(ann, login, connect, call, told, me):
    clients = [await connect(ann), await connect(await login(ann))]
    await call("DELETE", "/users/me", {"currentPassword": PASSWORD}, as_=ann)
    assert [await told(client) for client in clients] == [("revoked", "The account was deleted.")] * 2
    assert (await me(ann)).status == 401


async def test_a_stolen_refresh_token_closes_the_sockets_of_thief_and_owner(ann, connect, refresh, told, time_passes):
    client = await connect(ann)
    await refresh(ann.refresh_token)
    await time_passes(11)
    await refresh(ann.refresh_token)
    assert await told(client) == ("revoked", "Someone used an old token of this session; log in again.")


async def test_no_socket_opens_in_a_session_that_has_ended(ann, call, connect):
    await call("POST", "/auth/logout", as_=ann)
    with pytest.raises(Exception, match="One or more namespaces failed to connect"):
        await connect(ann)


@pytest.mark.slow
async def test_a_refresh_closes_nothing(ann, connect, refresh):
    client = await connect(ann)
    await refresh(ann.refresh_token)
    assert "closing" not in await client.settled()


async def test_a_renewed_token_keeps_its_socket_only_as_long_as_the_session(
    ann, connect, refresh, call, told, settings
):
    ann.jwt = Tokens(settings.jwt_secret, 60).issue(ann.id, ann.refresh_token.split(".")[0])
    client = await connect(ann)
    ann.jwt = (await refresh(ann.refresh_token)).json["jwt"]
    assert (await client.call("token:renew", {"token": ann.jwt}))["ok"] is True
    await call("POST", "/auth/logout", as_=ann)
    assert (await told(client))[0] == "revoked"


async def test_the_token_of_another_session_or_user_renews_nothing(ann, register, login, connect):
    client = await connect(ann)
    for stranger in (await login(ann), await register("ben")):
        ack = await client.call("token:renew", {"token": stranger.jwt})
        assert ack["error"]["details"]["code"]
    for token in (ann.refresh_token, "", None, 1, {"$ne": ""}, "x" * 5000):
        assert "error" in await client.call("token:renew", {"token": token})
