"""Pages of the origins that the settings list may use the API; others may not, and the log tells of them."""

import logging

import pytest

from engine.http.client_address import Proxies
from engine.http.origins import Origins
from engine.tests import people
from engine.tests.app import make_app
from engine.tests.seats import ROUTES

PAGE = "https://page.example"
APP = "capacitor://localhost"


@pytest.fixture
def listed():
    return [PAGE, APP]


async def test_a_preflight_of_a_listed_origin_is_allowed(fetch):
    response = await fetch("OPTIONS", "/seats", Origin=PAGE, Access_Control_Request_Method="GET")
    assert (response.code, response.body) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST, DELETE, PATCH, OPTIONS"
    assert response.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
    assert response.headers["Vary"] == "Origin"


@pytest.mark.parametrize("path", ["/seats", "/socket.io/?EIO=4&transport=polling"])
async def test_a_listed_origin_may_send_whatever_headers_it_asks_for(fetch, path):
    asked = "authorization,x-requested-with, X-Sentry_Trace"
    response = await fetch("OPTIONS", path, Origin=PAGE, Access_Control_Request_Headers=asked)
    assert response.headers["Access-Control-Allow-Headers"] == "authorization, x-requested-with, X-Sentry_Trace"


@pytest.mark.parametrize("path", ["/seats", "/socket.io/?EIO=4&transport=polling"])
async def test_nothing_but_names_of_headers_comes_back(fetch, path):
    response = await fetch("OPTIONS", path, Origin=PAGE, Access_Control_Request_Headers='a b\t"c";\x80,')
    assert response.code == 204
    assert response.headers["Access-Control-Allow-Headers"] == "a, b, c"


@pytest.mark.parametrize("path", ["/seats", "/socket.io/?EIO=4&transport=polling"])
async def test_another_origin_is_not_told_of_the_headers_that_it_asks_for(fetch, path):
    response = await fetch("OPTIONS", path, Origin="https://other.example", Access_Control_Request_Headers="x-mine")
    assert response.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"


@pytest.mark.parametrize(
    "origin",
    ["https://other.example", "http://page.example", "https://page.example.evil", "null", "file://", "*", "tauri://x"],
)
async def test_another_origin_is_not_named(fetch, origin):
    for method in ("OPTIONS", "GET"):
        response = await fetch(method, "/seats", Origin=origin)
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", [PAGE, f"{PAGE}:443", "https://Page.example", "wss://page.example", APP, "Capacitor://localhost"]
)
async def test_a_listed_origin_is_named_as_it_is_written(fetch, origin):
    response = await fetch("GET", "/seats", Origin=origin)
    assert response.headers["Access-Control-Allow-Origin"] == origin
    assert "Access-Control-Allow-Credentials" not in response.headers


async def test_a_listed_origin_may_read_errors_as_well(fetch):
    for method, path in [("PATCH", "/seats"), ("GET", "/nothing/here"), ("PUT", "/seats")]:
        assert (await fetch(method, path, Origin=PAGE)).headers["Access-Control-Allow-Origin"] == PAGE


async def test_a_listed_origin_may_read_that_its_body_was_too_long(fetch):
    response = await fetch("POST", "/seats", b"x" * 70_000, Origin=PAGE)
    assert response.code == 413
    assert response.headers["Access-Control-Allow-Origin"] == PAGE


@pytest.fixture
def warnings(caplog):
    """`warnings()` are the lines about pages so far."""
    return lambda: [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


@pytest.mark.parametrize("path", ["/seats", "/socket.io/?EIO=4&transport=polling"])
class TestWhoIsRefused:
    async def test_is_told_of_in_the_log_with_the_setting_and_once(self, fetch, warnings, path):
        for _ in range(3):
            await fetch("GET", path, Origin="http://Localhost:3000")
        assert warnings() == ["Refused a page of http://localhost:3000, which CORS_ORIGINS does not list"]

    async def test_may_have_hidden_where_it_comes_from(self, fetch, warnings, path):
        await fetch("GET", path, Origin="null")
        assert warnings() == [
            "Refused a page without an origin of its own, such as a file that was opened in a browser"
        ]

    async def test_may_not_write_what_it_likes_into_the_log(self, fetch, warnings, path):
        await fetch("GET", path, Origin="https://\x9b2J.example, jwt=hidden")
        assert warnings() == [
            "Refused a page without an origin of its own, such as a file that was opened in a browser"
        ]


async def test_our_own_pages_and_programs_without_one_are_nothing_for_the_log(fetch, http_port, warnings):
    for path in ("/seats", "/socket.io/?EIO=4&transport=polling"):
        await fetch("GET", path)
        await fetch("GET", path, Origin=PAGE)
        await fetch("GET", path, Origin=f"http://localhost:{http_port}")
    assert warnings() == []


async def test_an_app_that_rest_does_not_know_is_told_of_too(fetch, warnings):
    await fetch("GET", "/socket.io/?EIO=4&transport=polling", Origin="tauri://localhost")
    assert warnings() == []
    await fetch("GET", "/seats", Origin="tauri://localhost")
    assert warnings() == ["Refused a page of tauri://localhost, which CORS_ORIGINS does not list"]


class TestInDevelopment:
    @pytest.fixture
    def app(self, io_loop, listed):
        proxies = Proxies()
        return make_app(ROUTES, origins=Origins(listed, proxies, development=True), accounts=people.Accounts())

    async def test_the_log_has_the_line_for_dot_env(self, fetch, warnings):
        await fetch("GET", "/seats", Origin="http://localhost:3000")
        line = f"CORS_ORIGINS={PAGE},{APP},http://localhost:3000"
        assert warnings() == [f"Refused a page of http://localhost:3000. To let it in, put into .env: {line}"]
