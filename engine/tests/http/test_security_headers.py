"""Every answer of ours tells browsers to do nothing with it but what it is for."""

import pytest

PAGE = "https://page.example"
FOR_ALL = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Origin",
}
FOR_DATA = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HSTS = "Strict-Transport-Security"


@pytest.fixture
def listed():
    return [PAGE]


@pytest.fixture
def trusted():
    return ["127.0.0.1"]


def check(response, headers: dict[str, str]):
    told = {name: response.headers.get(name) for name in headers}
    assert told == headers, (response.request.method, response.effective_url, response.code)
    assert "Server" not in response.headers


async def test_data_is_kept_by_nobody_and_shown_in_no_page(fetch):
    for method, path, status in [
        ("GET", "/healthz", 200),
        ("GET", "/nothing/here", 404),
        ("PUT", "/seats", 405),
        ("DELETE", "/seats", 500),
        ("OPTIONS", "/seats", 204),
        ("GET", "/socket.io/", 400),
        ("GET", "/socket.io/?EIO=4&transport=polling", 200),
        ("OPTIONS", "/socket.io/", 204),
    ]:
        response = await fetch(method, path, b"" if method == "PUT" else None)
        assert response.code == status
        check(response, FOR_ALL | FOR_DATA)


async def test_a_body_that_is_too_long_is_refused_with_them(fetch):
    for path in ("/seats", "/socket.io/?EIO=4&transport=polling&sid=x"):
        response = await fetch("POST", path, b"x" * 70_000)
        assert response.code == 413
        check(response, FOR_ALL | FOR_DATA)


async def test_pages_of_other_sites_may_load_the_client_script(fetch):
    response = await fetch("GET", "/socket.io/socket.io.js")
    check(response, FOR_ALL | {"Cross-Origin-Resource-Policy": "cross-origin"})


async def test_who_came_by_tls_comes_so_from_now_on(fetch):
    for path in ("/healthz", "/nothing", "/socket.io/", "/socket.io/socket.io.js"):
        assert (await fetch("GET", path, X_Forwarded_Proto="https")).headers[HSTS] == "max-age=31536000"
        assert HSTS not in (await fetch("GET", path, X_Forwarded_Proto="http")).headers
        assert HSTS not in (await fetch("GET", path)).headers


class TestWithoutATrustedProxy:
    @pytest.fixture
    def trusted(self):
        return []

    async def test_nobody_else_can_say_that_it_was_tls(self, fetch):
        for path in ("/healthz", "/socket.io/"):
            assert HSTS not in (await fetch("GET", path, X_Forwarded_Proto="https")).headers
