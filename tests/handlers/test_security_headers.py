"""Every answer of ours tells browsers to do nothing with it but what it is for."""

import asyncio
import re

import pytest
from tornado.routing import PathMatches

from handlers.base import BaseHandler

FOR_ALL = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Origin",
}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Broken(BaseHandler):
    def get(self):
        raise RuntimeError("the secret is 42")


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


async def test_the_page_may_load_what_is_ours_and_is_asked_for_anew_each_time(fetch):
    page = await fetch("GET", "/")
    check(page, FOR_ALL | {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"})
    again = await fetch("GET", "/", If_None_Match=page.headers["Etag"])
    assert again.code == 304
    check(again, FOR_ALL | {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"})
