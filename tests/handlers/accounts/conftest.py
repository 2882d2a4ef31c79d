"""What tests of accounts need beside the kit: logins, what mails say, requests from elsewhere, and time that passes."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from engine.testing.people import Answer, Someone
from models.__main__ import COMMANDS, perform
from settings import Settings

PASSWORD = "correct horse"


@pytest.fixture
def reset_code(mailbox):
    """`code = await reset_code(ann)`: what the link in ann's next mail says."""

    async def reset_code(who: Someone) -> str:
        return re.search(r"/#reset=(\S+)", (await mailbox.next(who.email)).text)[1]

    return reset_code


@pytest.fixture
def confirmation(mailbox):
    """`path = await confirmation("ann@example.com")`: where the link in the next mail to an address leads."""

    async def confirmation(email: str) -> str:
        text = (await mailbox.next(email)).text
        return re.search(r"https?://[^/]+(/api/auth/email-confirmation\?confirmation=\S+)", text)[1]

    return confirmation


@pytest.fixture
def given() -> dict:
    """The settings that a test file changes."""
    return {}


@pytest.fixture
def settings(tmp_path, mailbox, given) -> Settings:
    usual = {
        "env": "development",
        "jwt_secret": "s" * 32,
        "var_dir": tmp_path,
        "drain_seconds": 0,
        "rate_limits": False,
        "trusted_proxies": ["127.0.0.1"],
        **mailbox.settings,
    }
    return Settings(_env_file=None, **{**usual, **given})


@pytest.fixture(autouse=True)
def all_mails_are_sent(http_server, app, io_loop):
    """Before the server and the mailbox close."""
    yield
    io_loop.run_sync(app.idle)
    io_loop.run_sync(partial(app.settings["mailer"].idle, 1))


@pytest.fixture
def ask(fetch):
    """`answer = await ask("POST", "/auth/local", form, address="198.51.100.7", Cookie=…)`: `call`, with headers."""

    async def ask(method: str, path: str, body=None, *, as_: Someone | None = None, address="", **headers) -> Answer:
        if address:
            headers["X_Forwarded_For"] = address
        sent = None if body is None else json.dumps(body).encode()
        response = await fetch(method, path, sent, as_.jwt if as_ else "", **headers)
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        return Answer(response.code, json.loads(response.body) if is_json else response.body, response.headers)

    return ask


@pytest.fixture
def login(ask):
    """`phone = await login(ann, device="phone")` is ann with the tokens of a session of its own."""

    async def login(who: Someone, password: str = PASSWORD, *, address="", **extras) -> Someone:
        form = {"identifier": who.username, "password": password, **extras}
        answer = await ask("POST", "/auth/local", form, address=address)
        assert answer.status == 200, answer.json
        return replace(who, jwt=answer.json["jwt"], refresh_token=answer.json["refreshToken"])

    return login


@pytest.fixture
def refresh(call):
    """`answer = await refresh(token)` presents a refresh token."""

    async def refresh(token) -> Answer:
        return await call("POST", "/auth/refresh", {"refreshToken": token})

    return refresh


@pytest.fixture
def refused():
    """`refused(answer)` is the code of a 401; anything else fails."""

    def refused(answer: Answer) -> str:
        assert answer.status == 401, answer
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        return answer.json["error"]["details"]["code"]

    return refused


@pytest.fixture
def me(call):
    """`await me(ann)`: what the server answers to ann's access token."""
    return lambda who: call("GET", "/users/me", as_=who)


@pytest.fixture
def block(db, app):
    """`await block(ann)`, as an administrator does."""
    from models.__main__ import block, perform

    return lambda who: perform(db, block, who.username)


@pytest.fixture
def make_admin(db):
    """`await make_admin(ann)`, as the command does."""
    return lambda who: perform(db, COMMANDS["admin"], who.username)


@pytest.fixture
def time_passes(db):
    """`await time_passes(3600)`: everything that the database knows happened an hour earlier."""

    async def time_passes(seconds: float):
        for name in await db.list_collection_names():
            async for document in db[name].find():
                earlier = _earlier(document, timedelta(seconds=seconds))
                if earlier != document:
                    await db[name].replace_one({"_id": document["_id"]}, earlier)

    return time_passes


def _earlier(value, time: timedelta):
    if isinstance(value, dict):
        return {name: _earlier(inner, time) for name, inner in value.items()}
    if isinstance(value, list):
        return [_earlier(inner, time) for inner in value]
    return value - time if isinstance(value, datetime) else value


@pytest.fixture
def kept(db):
    """`await kept()` is all that the database holds, as text."""

    async def kept() -> str:
        names = await db.list_collection_names()
        return str({name: await db[name].find().to_list(None) for name in names})

    return kept
