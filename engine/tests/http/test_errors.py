"""Every error comes in one envelope, says what happened, and keeps to itself what is nobody's business."""

import json
import logging

import pytest

from engine.http.files import FileHandler
from engine.http.handler import Handler
from engine.mongo import DatabaseAway


async def test_a_route_that_is_not_there_is_404(fetch, error_of):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        error = error_of(await fetch(method, "/nothing/here", b"{}" if method != "GET" else None))
        assert (error["status"], error["name"], error["details"]) == (404, "NotFoundError", {})


async def test_a_method_that_is_not_there_is_405_and_says_which_are(fetch, error_of):
    for method in ("PUT", "BREW"):
        response = await fetch(method, "/seats")
        assert error_of(response)["name"] == "MethodNotAllowedError"
        assert response.code == 405
        assert response.headers["Allow"] == "GET, HEAD, POST, DELETE, PATCH, OPTIONS"


@pytest.fixture
def files(app, tmp_path):
    """A folder of files, and something that lies outside of it."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "page.html").write_text("a page")
    (tmp_path / "secret").write_text("a secret")
    app.add_handlers(".*", [("/files/(.*)", FileHandler, {"path": tmp_path / "files"})])


@pytest.mark.usefixtures("files")
class TestWithFiles:
    async def test_a_file_that_is_there_comes_as_it_is(self, fetch):
        assert (await fetch("GET", "/files/page.html")).body == b"a page"
        headed = await fetch("HEAD", "/files/page.html")
        assert (headed.code, headed.body, headed.headers["Content-Length"]) == (200, b"", "6")

    async def test_a_file_that_is_not_there_is_404(self, fetch, error_of):
        for path in ("/files/nothing.js", "/files/%00"):
            assert error_of(await fetch("GET", path))["name"] == "NotFoundError"

    async def test_files_outside_of_the_folder_stay_there(self, fetch, error_of):
        for path in ("/files/../secret", "/files/%2e%2e/secret", "/files//etc/passwd", "/files/.."):
            assert error_of(await fetch("GET", path))["status"] in (403, 404)


async def test_bytes_in_a_path_that_are_no_text_are_400(fetch, error_of):
    assert error_of(await fetch("GET", "/seats/%ff"))["status"] == 400


async def test_an_error_that_nobody_foresaw_tells_the_client_nothing_and_is_logged_once(fetch, error_of, caplog):
    caplog.set_level(logging.ERROR, "engine")
    error = error_of(await fetch("DELETE", "/seats?jwt=private"))
    assert error == {
        "status": 500,
        "name": "InternalServerError",
        "message": "Internal Server Error",
        "details": {},
    }
    logged = [record for record in caplog.records if record.name.startswith(("engine", "tornado.application"))]
    assert [record.getMessage() for record in logged] == ["DELETE /seats failed"]
    assert "the secret is 42" in caplog.text
    assert "private" not in caplog.text


async def test_an_error_of_a_handler_is_what_it_says(fetch, error_of):
    assert error_of(await fetch("PATCH", "/seats", b"{}")) == {
        "status": 409,
        "name": "ConflictError",
        "message": "This seat is taken",
        "details": {"seat": 7},
    }


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"row": NaN}', b"\xff", b"[" * 50000, b'{"row":1,"row":1}']
)
async def test_a_body_that_is_no_json_object_is_400(fetch, error_of, body):
    error = error_of(await fetch("POST", "/seats", body))
    assert error["name"] == "ValidationError"
    assert error["message"].startswith("The body ")


async def test_a_field_that_does_not_fit_is_named(fetch, error_of):
    error = error_of(await fetch("POST", "/seats", b'{"row": "x", "name": "Ann"}'))
    [wrong] = error["details"]["errors"]
    assert wrong["path"] == ["row"]
    assert wrong["name"] == "ValidationError"
    assert wrong["message"] == error["message"] != ""


async def test_unknown_and_missing_fields_are_named_too(fetch, error_of):
    error = error_of(await fetch("POST", "/seats", b'{"row": 1, "admin": true}'))
    assert [wrong["path"] for wrong in error["details"]["errors"]] == [["name"], ["admin"]]
    assert error["message"] == "2 errors occurred"


async def test_ten_thousand_unknown_fields_do_not_make_ten_thousand_errors(fetch, error_of):
    error = error_of(await fetch("POST", "/seats", json.dumps(dict.fromkeys(map(str, range(3000)))).encode()))
    assert len(error["details"]["errors"]) == 20


class Cold(Exception):
    """An error of an app."""

    code, field = "cold", "row"


class VeryCold(Cold):
    """One that nobody put into the table."""


class Heating(Handler):
    """Raises the app's errors, and one that is not in the table at all."""

    answers = {Cold: (418, "ColdError")}  # noqa: RUF012

    async def get(self):
        raise Cold("It is cold")

    async def put(self):
        raise VeryCold("It is very cold")

    async def post(self):
        raise StopIteration

    async def delete(self):
        raise DatabaseAway("127.0.0.1:27017")


@pytest.fixture
def heating(app):
    app.add_handlers(".*", [("/heating", Heating)])


@pytest.mark.usefixtures("heating")
class TestWithATableOfAnswers:
    @pytest.mark.parametrize(("method", "message"), [("GET", "It is cold"), ("PUT", "It is very cold")])
    async def test_an_error_of_the_app_is_its_own_answer_or_its_base_s(self, fetch, error_of, method, message):
        assert error_of(await fetch(method, "/heating", b"" if method == "PUT" else None)) == {
            "status": 418,
            "name": "ColdError",
            "message": message,
            "details": {"code": "cold", "errors": [{"path": ["row"], "message": message, "name": "ColdError"}]},
        }

    async def test_whatever_is_raised_is_answered(self, fetch, error_of):
        assert error_of(await fetch("POST", "/heating", b""))["name"] == "InternalServerError"

    async def test_a_database_that_is_away_is_503_and_says_when_to_come_back(self, fetch, error_of):
        response = await fetch("DELETE", "/heating")
        assert error_of(response)["name"] == "ServiceUnavailableError"
        assert response.headers["Retry-After"] == "2"
        assert b"127.0.0.1" not in response.body
