"""MongoDB away: accounts answer 503 within two seconds, sockets live on, and it heals by itself."""

import asyncio
import time

import pytest

import models
from engine.testing.people import Someone
from realtime import io

pytestmark = [pytest.mark.slow, pytest.mark.may_take(60)]
PASSWORD = {"password": "correct horse"}


@pytest.fixture
def db(io_loop, mongodb, open_database):
    # With the patience that the app has by itself.
    db = open_database(mongodb.start(), "away")
    io_loop.run_sync(lambda: models.prepare(db))
    return db


def requests(ann) -> list[tuple]:
    new = {"password": "battery staple", "passwordConfirmation": "battery staple"}
    return [
        ("POST", "/auth/local/register", {"username": "ben", "email": "ben@example.com", **PASSWORD}, None),
        ("POST", "/auth/local", {"identifier": "ann", **PASSWORD}, None),
        ("POST", "/auth/refresh", {"refreshToken": ann.refresh_token}, None),
        ("POST", "/auth/logout", {}, ann),
        ("GET", "/auth/sessions", None, ann),
        ("DELETE", "/auth/sessions/65a000000000000000000001", None, ann),
        ("POST", "/auth/change-password", {"currentPassword": "correct horse", **new}, ann),
        ("POST", "/auth/forgot-password", {"email": "ann@example.com"}, None),
        ("POST", "/auth/reset-password", {"code": "x" * 43, **new}, None),
        ("GET", "/auth/email-confirmation?confirmation=x", None, None),
        ("POST", "/auth/send-email-confirmation", {"email": "ann@example.com"}, None),
        ("GET", "/users/me", None, ann),
        ("PATCH", "/users/me", {"currentPassword": "correct horse", "username": "anna"}, ann),
        ("DELETE", "/users/me", {"currentPassword": "correct horse"}, ann),
        ("GET", "/socketio/connections", None, ann),
        ("DELETE", "/socketio/connections/65a000000000000000000001", None, ann),
    ]


async def timed(call, method, path, body, who):
    started = time.monotonic()
    return path, await call(method, path, body, as_=who), time.monotonic() - started


class TestAway:
    @pytest.fixture
    def given(self) -> dict:
        return {"confirm_emails": True}

    @pytest.fixture
    def ann(self, call, confirmation, io_loop):
        async def ann():
            form = {"username": "ann", "email": "ann@example.com", **PASSWORD}
            user = (await call("POST", "/auth/local/register", form)).json["user"]
            await call("GET", await confirmation(user["email"]))
            login = (await call("POST", "/auth/local", {"identifier": "ann", **PASSWORD})).json
            return Someone(user["id"], "ann", user["email"], login["jwt"], login["refreshToken"])

        return io_loop.run_sync(ann)

    async def test_every_route_answers_503_sockets_live_on_and_it_heals(
        self, ann, call, connect, received, mongodb, caplog
    ):
        client = await connect(ann)
        mongodb.stop()
        # Twice: when the driver finds out, and when it knows.
        for _ in range(2):
            for path, answer, seconds in await asyncio.gather(*(timed(call, *request) for request in requests(ann))):
                assert answer.status == 503, (path, answer)
                assert answer.json["error"]["name"] == "ServiceUnavailableError", path
                assert int(answer.headers["Retry-After"]) >= 1, path
                assert seconds < 2, path
        await io.send(io.user_room(ann.id), "news", "still here")
        assert await received(client, "news") == "still here"

        mongodb.start()
        assert (await call("GET", "/users/me", as_=ann)).json["username"] == "ann"
        assert (await call("POST", "/auth/refresh", {"refreshToken": ann.refresh_token})).status == 200
        await call("POST", "/auth/logout", as_=ann)
        async with asyncio.timeout(2):
            assert (await received(client, "closing"))["code"] == "revoked"
        assert not [record for record in caplog.records if record.exc_info]

    async def test_of_hundreds_at_once_nobody_waits_for_the_others(self, ann, call, mongodb):
        mongodb.stop()
        login = {"identifier": "ann", **PASSWORD}
        for request in (("POST", "/auth/local", login, None), ("GET", "/rooms", None, ann)) * 2:
            answers = await asyncio.gather(*(timed(call, *request) for _ in range(200)))
            assert {answer.status for _, answer, _ in answers} == {503}
            assert max(seconds for _, _, seconds in answers) < 2
        _, answer, seconds = await timed(call, "GET", "/healthz", None, None)
        assert (answer.status, seconds < 0.5) == (200, True)

    async def test_one_that_neither_answers_nor_hangs_up_is_away_too(self, ann, call, mongodb, connect, wire, received):
        client, newcomer = await connect(ann), await wire()
        await client.settled()
        mongodb.freeze()
        # Who asked in the second before knows nothing of it yet.
        await asyncio.sleep(1)
        try:
            for path, answer, seconds in await asyncio.gather(
                *(timed(call, *request) for request in requests(ann)[:8])
            ):
                assert (answer.status, seconds < 2) == (503, True), (path, seconds)
            async with asyncio.timeout(2):
                assert await newcomer.join(ann.jwt) is None
            await io.send(io.user_room(ann.id), "news", "still here")
            assert await received(client, "news") == "still here"
        finally:
            mongodb.thaw()
        assert (await call("GET", "/users/me", as_=ann)).json["username"] == "ann"

    async def test_a_session_that_ends_meanwhile_closes_its_sockets_once_it_is_back(
        self, ann, call, connect, received, mongodb, app
    ):
        # Asked while it is away, the database tells nothing; what ended just before must not be forgotten.
        client = await connect(ann)
        await app.settings["sessions"].end_all(ann.id, "You logged out everywhere.")
        mongodb.stop()
        await asyncio.sleep(1)
        mongodb.start()
        async with asyncio.timeout(3):
            assert (await received(client, "closing"))["message"] == "You logged out everywhere."
