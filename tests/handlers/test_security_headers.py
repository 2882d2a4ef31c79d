"""Every answer of ours tells browsers to do nothing with it but what it is for."""

import asyncio
import re

import pytest
from tornado.routing import PathMatches

from handlers.base import BaseHandler

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
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' https://cdn.socket.io; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Broken(BaseHandler):
    def get(self):
        raise RuntimeError("the secret is 42")


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"cors_origins": [PAGE], "trusted_proxies": ["127.0.0.1"]})


@pytest.fixture
def app(app):
    app.add_handlers(".*", [("/broken", Broken)])
    return app


@pytest.fixture
def paths(app) -> list[str]:
    """One path for each route that the app has, /socket.io/ included."""
    found = []
    for group in app.default_router.rules:
        for rule in getattr(group.target, "rules", []):
            if isinstance(rule.matcher, PathMatches):
                pattern = rule.matcher.regex.pattern.removesuffix("$").replace("(?:/api)?", "")
                found.append(re.sub(r"\([^)]*\)", "something", pattern.replace("()", "")).replace("\\", ""))
    return found


def check(response, headers: dict[str, str]):
    told = {name: response.headers.get(name) for name in headers}
    assert told == headers, (response.request.method, response.effective_url, response.code)
    assert "Server" not in response.headers


async def test_every_route_and_method_sets_them(fetch, paths):
    assert {"/auth/local", "/healthz", "/", "/web/something", "/socket.io/", "/socket.io/socket.io.js"} <= set(paths)
    for path in [*paths, "/nothing/here", "/broken"]:
        requests = (fetch(method, path, None if method in ("GET", "HEAD") else b"{}") for method in METHODS)
        for response in await asyncio.gather(*requests):
            check(response, FOR_ALL)


async def test_data_is_kept_by_nobody_and_shown_in_no_page(fetch):
    for method, path, status in [
        ("GET", "/healthz", 200),
        ("GET", "/api/users/me", 401),
        ("GET", "/nothing/here", 404),
        ("PUT", "/auth/local", 405),
        ("GET", "/broken", 500),
        ("OPTIONS", "/auth/local", 204),
        ("GET", "/socket.io/", 400),
        ("GET", "/socket.io/?EIO=4&transport=polling", 200),
        ("OPTIONS", "/socket.io/", 204),
    ]:
        response = await fetch(method, path, b"" if method == "PUT" else None)
        assert response.code == status
        check(response, FOR_ALL | FOR_DATA)


async def test_a_body_that_is_too_long_is_refused_with_them(fetch, monkeypatch):
    monkeypatch.setattr("engine.http.limited_body.LINGER_SECONDS", 0.1)
    for path in ("/auth/local", "/socket.io/?EIO=4&transport=polling&sid=x"):
        response = await fetch("POST", path, b"x" * 70_000)
        assert response.code == 413
        check(response, FOR_ALL | FOR_DATA)


async def test_the_page_may_load_what_is_ours_and_is_asked_for_anew_each_time(fetch):
    page = await fetch("GET", "/")
    check(page, FOR_ALL | {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"})
    again = await fetch("GET", "/", If_None_Match=page.headers["Etag"])
    assert again.code == 304
    check(again, FOR_ALL | {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"})


async def test_pages_of_other_sites_may_load_the_client_script(fetch):
    response = await fetch("GET", "/socket.io/socket.io.js")
    check(response, FOR_ALL | {"Cross-Origin-Resource-Policy": "cross-origin"})


async def test_who_came_by_tls_comes_so_from_now_on(fetch):
    for path in ("/", "/healthz", "/nothing", "/socket.io/", "/socket.io/socket.io.js"):
        assert (await fetch("GET", path, X_Forwarded_Proto="https")).headers[HSTS] == "max-age=31536000"
        assert HSTS not in (await fetch("GET", path, X_Forwarded_Proto="http")).headers
        assert HSTS not in (await fetch("GET", path)).headers


class TestWithoutATrustedProxy:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"trusted_proxies": []})

    async def test_nobody_else_can_say_that_it_was_tls(self, fetch):
        for path in ("/", "/healthz", "/socket.io/"):
            assert HSTS not in (await fetch("GET", path, X_Forwarded_Proto="https")).headers
