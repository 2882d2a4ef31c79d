"""Every error of this app's routes comes in one envelope, with and without the prefix /api."""

import asyncio

import pytest

from handlers.base import BaseHandler
from models.accounts.tokens import Tokens
from models.errors import ModelError, NotFound

PREFIXES = ["", "/api"]


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_route_that_is_not_there_is_404(fetch, error_of, prefix):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        error = error_of(await fetch(method, f"{prefix}/nothing/here", b"{}" if method != "GET" else None))
        assert (error["status"], error["name"], error["details"]) == (404, "NotFoundError", {})


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_method_that_is_not_there_is_405_and_says_which_are(fetch, error_of, prefix):
    for method in ("PUT", "BREW"):
        response = await fetch(method, f"{prefix}/auth/local")
        assert error_of(response)["name"] == "MethodNotAllowedError"
        assert response.code == 405
        assert response.headers["Allow"] == "POST, OPTIONS"


async def test_a_file_that_is_not_there_is_404(fetch, error_of):
    for path in ("/web/nothing.js", "/web/%00"):
        assert error_of(await fetch("GET", path))["name"] == "NotFoundError"


async def test_files_outside_of_the_page_stay_there(fetch, error_of):
    for path in ("/web/../settings.py", "/web/%2e%2e/settings.py", "/web//etc/passwd", "/web/.."):
        assert error_of(await fetch("GET", path))["status"] in (403, 404)


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_no_token_is_401_and_says_how_to_bring_one(fetch, error_of, prefix):
    response = await fetch("GET", f"{prefix}/users/me")
    assert response.code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert error_of(response)["name"] == "UnauthorizedError"


class SeatNotFound(NotFound):
    message = "There is no such seat"


class SeatTaken(ModelError):
    message = "This seat is taken"


class SeatHandler(BaseHandler):
    async def get(self):
        raise SeatNotFound

    async def put(self):
        raise SeatTaken


async def test_an_error_that_nobody_put_into_the_table_is_its_base_s_answer(app, call):
    app.add_handlers(".*", [("/seat", SeatHandler)])
    answer = await call("GET", "/seat")
    assert (answer.status, answer.json["error"]["message"]) == (404, "There is no such seat")
    answer = await call("PUT", "/seat")
    assert (answer.status, answer.json["error"]["message"]) == (400, "This seat is taken")


class TestWithTheDatabaseAway:
    @pytest.fixture
    def db(self, database_away):
        return database_away

    async def test_what_needs_it_is_503_and_says_when_to_come_back(self, settings, fetch, error_of):
        token = Tokens(settings.jwt_secret, 60).issue("65a000000000000000000001", "65a000000000000000000002")
        credentials = b'{"identifier": "ann", "password": "correct horse"}'
        login, me = fetch("POST", "/auth/local", credentials), fetch("GET", "/users/me", token=token)
        for response in await asyncio.gather(login, me):
            assert error_of(response)["name"] == "ServiceUnavailableError"
            assert response.code == 503
            assert response.headers["Retry-After"] == "2"
            assert b"127.0.0.1" not in response.body

    async def test_what_does_not_need_it_goes_on(self, call):
        assert (await call("GET", "/healthz")).json == {"ok": True}
