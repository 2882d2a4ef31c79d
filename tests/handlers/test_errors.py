"""Every error comes in one envelope, says what happened, and keeps to itself what is nobody's business."""

import asyncio
import json
import logging

import pytest
from pydantic import BaseModel

from handlers.base import BaseHandler
from handlers.errors import ApiError
from models.accounts.tokens import Tokens

PREFIXES = ["", "/api"]


class Broken(BaseHandler):
    def get(self):
        raise RuntimeError("the secret is 42")

    def put(self):
        raise ApiError(409, "This seat is taken", details={"seat": 7})

    def post(self):
        class Seat(BaseModel):
            row: int
            name: str

        self.form(Seat)


@pytest.fixture
def app(app):
    app.add_handlers(".*", [("/broken", Broken)])
    return app


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


async def test_bytes_in_a_path_that_are_no_text_are_400(fetch, error_of):
    assert error_of(await fetch("GET", "/rooms/%ff"))["status"] == 400


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_no_token_is_401_and_says_how_to_bring_one(fetch, error_of, prefix):
    response = await fetch("GET", f"{prefix}/users/me")
    assert response.code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert error_of(response)["name"] == "UnauthorizedError"


async def test_an_error_that_nobody_foresaw_tells_the_client_nothing_and_is_logged_once(fetch, error_of, caplog):
    caplog.set_level(logging.ERROR, "handlers")
    error = error_of(await fetch("GET", "/broken?jwt=private"))
    assert error == {
        "status": 500,
        "name": "InternalServerError",
        "message": "Internal Server Error",
        "details": {},
    }
    logged = [record for record in caplog.records if record.name.startswith(("engine", "tornado.application"))]
    assert [record.getMessage() for record in logged] == ["GET /broken failed"]
    assert "the secret is 42" in caplog.text
    assert "private" not in caplog.text


async def test_an_error_of_a_handler_is_what_it_says(fetch, error_of):
    assert error_of(await fetch("PUT", "/broken", b"{}")) == {
        "status": 409,
        "name": "ConflictError",
        "message": "This seat is taken",
        "details": {"seat": 7},
    }


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"row": NaN}', b"\xff", b"[" * 50000, b'{"row":1,"row":1}']
)
async def test_a_body_that_is_no_json_object_is_400(fetch, error_of, body):
    error = error_of(await fetch("POST", "/broken", body))
    assert error["name"] == "ValidationError"
    assert error["message"].startswith("The body ")


async def test_a_field_that_does_not_fit_is_named(fetch, error_of):
    error = error_of(await fetch("POST", "/broken", b'{"row": "x", "name": "Ann"}'))
    [wrong] = error["details"]["errors"]
    assert wrong["path"] == ["row"]
    assert wrong["name"] == "ValidationError"
    assert wrong["message"] == error["message"] != ""


async def test_unknown_and_missing_fields_are_named_too(fetch, error_of):
    error = error_of(await fetch("POST", "/broken", b'{"row": 1, "admin": true}'))
    assert [wrong["path"] for wrong in error["details"]["errors"]] == [["name"], ["admin"]]
    assert error["message"] == "2 errors occurred"


async def test_ten_thousand_unknown_fields_do_not_make_ten_thousand_errors(fetch, error_of):
    error = error_of(await fetch("POST", "/broken", json.dumps(dict.fromkeys(map(str, range(3000)))).encode()))
    assert len(error["details"]["errors"]) == 20


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

    async def test_what_does_not_need_it_goes_on_and_says_so(self, call):
        assert (await call("GET", "/users/me")).status == 503
        assert (await call("GET", "/healthz")).json == {"ok": True, "database": "away"}


async def test_a_process_whose_database_is_there_says_only_that_it_is_alive(call):
    assert (await call("GET", "/healthz")).json == {"ok": True}
