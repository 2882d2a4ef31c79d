"""Whatever is sent to whatever route: an answer in JSON, never a 500, a hash or a traceback."""

import json
import re
from functools import partial
from typing import NamedTuple
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as runs
from hypothesis import strategies as st
from pydantic import BaseModel
from tornado.routing import RuleRouter

from handlers.base import BaseHandler
from models.__main__ import COMMANDS, perform
from settings import Settings

PASSWORD = "correct horse"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
GROUP = re.compile(r"\([^()]*\)")
NEVER = (b"argon2", b"Traceback", b'File "', b"password_hash", b"refresh_hash")


class Route(NamedTuple):
    """A pattern, its methods, and the forms of the file that its handler is in."""

    pattern: str
    methods: list[str]
    forms: list[type[BaseModel]]


def routes_of(router) -> list[Route]:
    """Every route that an app has, those that were added later included."""
    found = []
    for rule in router.rules:
        if isinstance(rule.target, RuleRouter):
            found += routes_of(rule.target)
        elif hasattr(rule.matcher, "regex"):
            found.append(route_of(rule.matcher.regex.pattern.removesuffix("$"), rule.target))
    return found


def route_of(pattern: str, handler) -> Route:
    own = [name for name in METHODS if getattr(handler, name.lower()) is not getattr(BaseHandler, name.lower(), None)]
    return Route(pattern, own, [form for form in forms() if form.__module__ == handler.__module__])


def forms(kind=BaseModel) -> list[type[BaseModel]]:
    """Every form of every handler."""
    inner = [form for each in kind.__subclasses__() for form in [each, *forms(each)]]
    return [form for form in inner if form.__module__.startswith("handlers.")]


def mostly(strategy, otherwise):
    """Of seven examples one is something else."""
    return st.integers(0, 6).flatmap(lambda number: strategy if number else otherwise)


@st.composite
def requests(draw, routes: list[Route], known: list[str]) -> tuple[str, str, bytes]:
    """A method that the route has, a path that leads to it, and a form that nearly fits; or something else."""
    route = draw(st.sampled_from(routes))
    part = st.sampled_from(known) | st.text(st.characters(codec="utf-8"), max_size=30)
    path = route.pattern.replace("(?:/api)?", draw(st.sampled_from(["", "/api"]))).replace("\\", "")
    path = GROUP.sub(lambda group: "" if group[0] == "()" else quote(draw(part), safe=""), path)
    names = [*(name for form in route.forms for name in form.model_fields), "jwt", "x"]
    query = urlencode(draw(st.dictionaries(st.sampled_from(names), part, max_size=2)))
    method = draw(mostly(st.sampled_from(route.methods), st.sampled_from(METHODS)))
    return method, f"{path}?{query}", draw(bodies(route.forms or forms(), known))


def bodies(suitable: list[type[BaseModel]], known: list[str]):
    """Forms that are nearly right, any JSON, and any bytes."""
    texts = st.sampled_from([*known, PASSWORD, "battery staple", "all"]) | st.text(max_size=40)
    keys = st.sampled_from(["$ne", "_id", "role"]) | st.text(max_size=10)
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
    values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))
    form = st.sampled_from(suitable).flatmap(lambda form: filled(form, texts, values))
    json_of_ours = mostly(form, st.dictionaries(keys, values, max_size=5) | values)
    return mostly(json_of_ours.map(lambda value: json.dumps(value).encode()), st.binary(max_size=100))


def filled(form: type[BaseModel], texts, values):
    """A form with all that it needs and some of the rest, of which one may be anything."""
    password = mostly(st.just(PASSWORD), texts)
    right = {name: password if "assword" in name else texts for name in form.model_fields}
    optional = [name for name, field in form.model_fields.items() if not field.is_required()]
    rest = {name: right.pop(name) | st.booleans() for name in optional}
    odd = st.dictionaries(st.sampled_from(sorted(form.model_fields)), values, max_size=1)
    return st.builds(dict.__or__, st.fixed_dictionaries(right, optional=rest), mostly(st.just({}), odd))


class Somebody:
    """An admin, `who`, who is there again when a request has ended their session, or the account."""

    def __init__(self, run, register, call, db):
        self.run, self.register, self.call, self.db, self.number = run, register, call, db, 0
        self.run(self.begin)

    async def begin(self):
        self.number += 1
        self.who = await self.register(f"ann{self.number}")
        await perform(self.db, COMMANDS["admin"], self.who.username)

    def look(self):
        if self.run(partial(self.call, "GET", "/users/me", as_=self.who)).status != 200:
            self.run(self.begin)


@pytest.fixture
def settings(tmp_path, mailbox) -> Settings:
    """As many routes as there are, with limits that are never met."""
    given = {"jwt_secret": "s" * 32, "var_dir": tmp_path, "drain_seconds": 0, "confirm_emails": False}
    return Settings(_env_file=None, rate_limits=False, **given, **mailbox.settings)


@pytest.fixture
def anything_is_answered(io_loop, app, register, call, fetch, db):
    """Runs so many examples."""

    def run(examples: int):
        somebody = Somebody(io_loop.run_sync, register, call, db)
        ann = somebody.who
        [session] = io_loop.run_sync(partial(call, "GET", "/auth/sessions", as_=ann)).json
        routes = [*routes_of(app.default_router), Route("/(.*)", METHODS, [])]
        assert {"(?:/api)?/auth/refresh", "(?:/api)?/users/me", "/healthz", "/socket.io/"} <= {
            each[0] for each in routes
        }
        known = [session["id"], ann.id, ann.username, ann.email, ann.refresh_token, ann.jwt]
        # The example
        known.append(io_loop.run_sync(partial(call, "POST", "/rooms", {"name": "Tea"}, as_=ann)).json["id"])
        # End of the example

        @runs(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            request=requests(routes, known),
            token=mostly(st.just("mine"), st.sampled_from(["none", "x", ann.refresh_token])),
            cookie=st.sampled_from(["", "mine", "x", "a.b.c"]) | st.text(st.characters(codec="ascii"), max_size=20),
            origin=st.sampled_from(["", "https://evil.example", "null", "x"]),
        )
        def answers(request, token, cookie, origin):
            method, path, body = request
            me = somebody.who
            token = {"none": "", "mine": me.jwt}.get(token, token)
            cookie = me.refresh_token if cookie == "mine" else quote(cookie)
            headers = {"Cookie": f"refresh={cookie}", **({"Origin": origin} if origin else {})}
            sent = None if method in ("GET", "HEAD") else body
            response = io_loop.run_sync(partial(fetch, method, path, sent, token, **headers))
            assert response.code < 500
            assert not any(word in (response.body or b"") for word in NEVER)
            if response.code >= 400 and method != "HEAD" and not path.startswith("/socket.io"):
                assert json.loads(response.body)["error"]["status"] == response.code
            if response.code < 300 and method not in ("GET", "HEAD", "OPTIONS"):
                somebody.look()

        answers()

    return run


def test_anything_gets_an_answer_and_never_a_500(anything_is_answered):
    anything_is_answered(60)


@pytest.mark.slow
def test_a_great_deal_of_anything_gets_an_answer_and_never_a_500(anything_is_answered):
    anything_is_answered(1500)
