"""Tokens, passwords, codes and cookies are in no log line: of no logger, at no level, whatever goes wrong."""

import asyncio
import json
import logging
import re
from contextlib import suppress
from http.cookies import SimpleCookie
from urllib.parse import quote

import pytest
from socketio.exceptions import ConnectionError as Refused

import handlers.accounts.login
import handlers.accounts.password
import models.accounts.sessions
from models.accounts.tokens import Tokens
from realtime import io
from settings import Settings

# The tests' own clients and mail server, which know what they were given.
NOT_OURS = ("socketio.client", "engineio.client", "mail.")
PASSWORDS = ["correct horse", "battery staple", "another staple", "wrong horse of mine"]
PIECE = 12


class Everything(logging.Handler):
    """All that is logged, as text: messages, what they are made from, and tracebacks."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.formatter = logging.Formatter("%(name)s %(levelname)s %(message)s %(args)r")

    def emit(self, record):
        if not record.name.startswith(NOT_OURS):
            self.lines.append(self.format(record))

    def of(self, logger: str) -> list[str]:
        return [line for line in self.lines if line.startswith(logger)]

    def lines_with(self, secrets) -> list[str]:
        found = re.compile("|".join(re.escape(piece) for secret in secrets for piece in pieces(secret)))
        return [line for line in self.lines if found.search(line)]


def pieces(secret: str) -> list[str]:
    """What must not be seen of it: all of a password; of a token, any of the parts that are its own."""
    if len(secret) < 2 * PIECE:
        return [secret]
    parts = secret.split(".")[1:] or [secret]
    return [part[start : start + PIECE] for part in parts for start in range(0, len(part) - PIECE + 1, PIECE // 2)]


@pytest.fixture
def logged():
    """Everything that any logger says from now on, whatever level it is set to."""
    everything, root = Everything(), logging.getLogger()
    loggers = [root, *(each for each in root.manager.loggerDict.values() if isinstance(each, logging.Logger))]
    before = [(each, each.level, each.propagate, each.disabled) for each in loggers]
    for each in loggers:
        each.setLevel(logging.DEBUG)
        each.propagate, each.disabled = True, False
    root.addHandler(everything)
    yield everything
    root.removeHandler(everything)
    for each, level, propagate, disabled in before:
        each.setLevel(level)
        each.propagate, each.disabled = propagate, disabled


@pytest.fixture
def secrets(logged):
    """A list for all that must be in no line, which is looked at when the test is over."""
    secrets = [*PASSWORDS]
    yield secrets
    assert len(secrets) > len(PASSWORDS)
    assert logged.lines_with(secrets) == []
    logging.getLogger("anything").debug("and it would be found: %s", {"token": secrets[-1]})
    assert len(logged.lines_with(secrets)) == 1


@pytest.fixture
def settings(tmp_path, mailbox) -> Settings:
    given = {"jwt_secret": "s" * 32, "var_dir": tmp_path, "drain_seconds": 0, "access_token_seconds": 300}
    return Settings(_env_file=None, rate_limits=False, confirm_emails=False, **given, **mailbox.settings)


@pytest.fixture
def ask(fetch, secrets, base_url):
    """Sends a request, notes every secret of its answer, and returns what is in it."""

    async def ask(method: str, path: str, body=None, token: str = "", **headers) -> dict:
        response = await fetch(method, path, body and json.dumps(body).encode(), token, Origin=base_url, **headers)
        for header in response.headers.get_list("Set-Cookie"):
            secrets.extend(morsel.value for morsel in SimpleCookie(header).values() if morsel.value)
        answer = json.loads(response.body or b"null")
        if isinstance(answer, dict):
            secrets.extend(answer[name] for name in ("jwt", "refreshToken") if name in answer)
        return answer

    return ask


@pytest.fixture
def register(register, secrets):
    async def registered(name: str):
        who = await register(name)
        secrets.extend([who.jwt, who.refresh_token])
        return who

    return registered


@pytest.fixture
def send_bytes(dial):
    """Writes bytes to the server as they are, and waits until it has answered or hung up."""

    async def send_bytes(request: bytes):
        reader, writer = await dial()
        writer.write(request)
        async with asyncio.timeout(30):
            with suppress(OSError):
                writer.write_eof()
                await reader.read()
        writer.close()

    return send_bytes


async def test_honest_accounts(register, ask, mailbox, secrets, logged, app):
    ann = await register("ann")
    login = {"identifier": "ann", "password": "correct horse"}
    phone = await ask("POST", "/auth/local", {**login, "device": "phone"})
    await ask("POST", "/auth/refresh", {"refreshToken": phone["refreshToken"]})
    browser = await ask("POST", "/auth/local", {**login, "cookie": True})
    await ask("POST", "/auth/refresh", Cookie=f"refresh={secrets[-2]}")
    await ask("GET", "/users/me", token=browser["jwt"])
    sessions = await ask("GET", "/auth/sessions", token=browser["jwt"])
    await ask("DELETE", f"/auth/sessions/{sessions[-1]['id']}", token=browser["jwt"])
    new = {"password": "battery staple", "passwordConfirmation": "battery staple"}
    changed = await ask("POST", "/auth/change-password", {"currentPassword": "correct horse", **new}, browser["jwt"])
    await ask("PATCH", "/users/me", {"currentPassword": "battery staple", "username": "anna"}, changed["jwt"])
    await ask("POST", "/auth/forgot-password", {"email": ann.email})
    code = await reset_code(mailbox, ann.email)
    secrets.append(code)
    reset = await ask(
        "POST", "/auth/reset-password", {"code": code, "password": PASSWORDS[2], "passwordConfirmation": PASSWORDS[2]}
    )
    await ask("GET", "/socketio/connections", token=reset["jwt"])
    await ask("POST", "/auth/logout", {"scope": "all"}, reset["jwt"])
    last = await ask("POST", "/auth/local", {"identifier": "anna", "password": PASSWORDS[2]})
    await ask("DELETE", "/users/me", {"currentPassword": PASSWORDS[2]}, last["jwt"])
    await app.idle()
    assert len(logged.of("tornado.access")) > 15
    assert logged.of("pymongo.command")


async def reset_code(mailbox, address: str) -> str:
    """That of the next mail with one; others tell that something was changed."""
    while not (found := re.search(r"/#reset=(\S+)", (await mailbox.next(address)).text)):
        pass
    return found[1]


async def test_honest_sockets_with_the_token_at_every_place(register, connect, wire, ask, settings, secrets):
    ann = await register("ann")
    short = Tokens(settings.jwt_secret, 60).issue(ann.id, ann.refresh_token.split(".")[0])
    secrets.append(short)
    for transport in ("websocket", "polling"):
        for options in (
            {"auth": {"token": short}},
            {"auth": {"jwt": short}},
            {"query": f"?jwt={short}"},
            {"query": f"?token={short}"},
            {"headers": {"Authorization": f"Bearer {short}"}},
        ):
            client = await connect(transports=[transport], **options)
            await client.settled()
    renewed = (await ask("POST", "/auth/refresh", {"refreshToken": ann.refresh_token}))["jwt"]
    assert (await client.call("token:renew", {"token": renewed}))["ok"] is True
    await ask("POST", "/auth/logout", token=renewed)
    await client.closed()


@pytest.mark.slow
async def test_hostile_tokens(register, ask, fetch, wire, connect, settings, secrets):
    ann = await register("ann")
    session_id = ann.refresh_token.split(".")[0]
    expired = Tokens(settings.jwt_secret, -60).issue(ann.id, session_id)
    strange = Tokens("another secret of thirty-two bytes", 60).issue(ann.id, session_id)
    secrets.extend([expired, strange])
    for token in (expired, strange, ann.jwt[:-4], ann.refresh_token, ann.jwt * 20, f"x{ann.jwt}"):
        await fetch("GET", "/users/me", token=token)
        await fetch("GET", f"/users/me?jwt={token}&token={token}")
        await fetch("GET", f"/nothing?jwt={token}")
        await fetch("GET", f"/users/me?before={token}", token=ann.jwt)
        await fetch("GET", f"/auth/email-confirmation?confirmation={token}")
        await ask("POST", "/auth/refresh", {"refreshToken": token[:250]})
        await ask("POST", "/auth/refresh", Cookie=f"refresh={token[:900]}")
        await ask("POST", "/auth/reset-password", {"code": token[:90], "password": "x", "passwordConfirmation": token})
        await fetch("GET", f"/socket.io/?EIO=3&transport=polling&jwt={token}")
        await fetch("GET", f"/socket.io/?EIO=4&transport=polling&jwt={token}", Origin="https://evil.example")
        await fetch("POST", f"/socket.io/?EIO=4&transport=polling&sid=x&jwt={token}", b'40{"token":"' + token.encode())
        with pytest.raises(Refused):
            await connect(auth={"token": token})
        with pytest.raises(Refused):
            await connect(query=f"?jwt={token[:900]}")
    for packet in (
        f'40{{"token":"{ann.jwt}"',
        f'40{{"token":["{ann.jwt}"]}}',
        f'40["{ann.jwt}"]',
        f"4{ann.jwt}",
        ann.refresh_token,
    ):
        opened = await wire()
        await opened.send(packet)
        await opened.rest()


async def test_hostile_events(register, connect, wire, secrets):
    ann = await register("ann")
    for packet in (
        f'42["token:renew",{{"token":"{ann.jwt}"',
        f'42["connect",{{"token":"{ann.jwt}"}}]',
        f'42["disconnect","{ann.refresh_token}"]',
    ):
        opened = await wire()
        await opened.join(ann.jwt)
        await opened.send(packet)
        await opened.rest()

    @io.on("fails")
    async def fails(socket, form):
        raise RuntimeError("for another reason")

    client = await connect(ann)
    for token in (ann.refresh_token, [ann.jwt], {"jwt": ann.jwt}, ann.jwt * 30):
        assert "error" in await client.call("token:renew", {"token": token})
    assert "error" in await client.call("fails", {"token": ann.jwt})
    assert "error" in await client.call("unknown", {"token": ann.jwt})
    assert "error" in await client.call("fails", {"room": ann.jwt, "password": "correct horse"})


async def test_malformed_http(register, send_bytes, secrets, logged):
    ann = await register("ann")
    jwt, length = ann.jwt.encode(), b"Content-Length: 1000\r\n"
    host = b"Host: localhost\r\n"
    for request in (
        b"GET /?jwt=" + jwt + b" HTTP/9.9\r\n" + host + b"\r\n",
        b"GET /a b?jwt=" + jwt + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /?jwt=" + jwt + b"\r\n\r\n",
        b"GET /?jwt=%ff" + jwt + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"Authorization Bearer " + jwt + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"Author ization: Bearer " + jwt + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"Authorization: Bearer " + jwt + b"\x7f\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"Bearer-" + jwt + b" : x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"Cookie: refresh=" + ann.refresh_token.encode() + b"\x01\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: " + jwt + b"@x y\r\n\r\n",
        b"POST /auth/local HTTP/1.1\r\n" + host + b"Content-Length: " + jwt + b"\r\n\r\n",
        b"POST /auth/local HTTP/1.1\r\n" + host + b"Transfer-Encoding: " + jwt + b"\r\n\r\n",
        b"POST /auth/local HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n" + jwt + b"\r\n",
        b"POST /auth/local HTTP/1.1\r\n" + host + b'Content-Length: 29\r\n\r\n{"password":"correct horse"',
        b"POST /auth/local HTTP/1.1\r\n" + host + length + b'\r\n{"password":"correct horse"',
        b"POST /auth/local HTTP/1.1\r\n" + host + b"Content-Encoding: gzip\r\nContent-Length: 13\r\n\r\ncorrect horse",
        b"GET / HTTP/1.1\r\n" + host + b"Authorization: Bearer " + jwt * 100 + b"\r\n\r\n",
        jwt * 400,
    ):
        await send_bytes(request)
    assert len([line for line in logged.of("tornado.general") if "127.0.0.1" in line]) > 5


async def test_bodies_that_do_not_fit(fetch, register, secrets):
    ann = await register("ann")
    for path in ("/auth/local", "/auth/local/register", "/auth/change-password", "/auth/reset-password", "/users/me"):
        for body in (
            b'{"password": "correct horse"',
            b'{"password": "correct horse", "password": "correct horse"}',
            b'{"identifier": "correct horse", "password": ["correct horse"], "currentPassword": {"a": 1}}',
            b'{"correct horse": 1, "code": "' + ann.refresh_token.encode() + b'"}',
            b'"correct horse"' * 20000,
        ):
            await fetch("PATCH" if path == "/users/me" else "POST", path, body, token=ann.jwt)


async def test_handlers_that_fail(register, fetch, ask, connect, monkeypatch, secrets, logged):
    async def fails(*arguments, **more):
        raise RuntimeError("for another reason")

    ann = await register("ann")
    monkeypatch.setattr(models.accounts.sessions.Sessions, "of", fails)
    await fetch("GET", f"/auth/sessions?jwt={ann.jwt}", token=ann.jwt, Cookie=f"refresh={ann.refresh_token}")
    monkeypatch.setattr(handlers.accounts.login.User, "login", fails)
    await ask("POST", "/auth/local", {"identifier": "ann", "password": "correct horse"})
    monkeypatch.setattr(handlers.accounts.password.codes, "find", fails)
    code = "a-code-that-somebody-was-sent-1234567890"
    secrets.append(code)
    await ask(
        "POST",
        "/auth/reset-password",
        {"code": code, **dict.fromkeys(("password", "passwordConfirmation"), PASSWORDS[1])},
    )
    monkeypatch.setattr("models.accounts.refresh_tokens.RefreshTokens.successor", None)
    await ask("POST", "/auth/refresh", {"refreshToken": ann.refresh_token})
    await ask("POST", "/auth/refresh", Cookie=f"refresh={ann.refresh_token}")
    monkeypatch.setattr("models.accounts.sessions.Sessions.authenticate", fails)
    await fetch("GET", f"/users/me?jwt={ann.jwt}", token=ann.jwt)
    with pytest.raises(Refused):
        await connect(auth={"token": ann.jwt})
    with pytest.raises(Refused):
        await connect(query=f"?jwt={ann.jwt}")
    monkeypatch.setattr("engine.transport.engine_io.EngineIO.open", None)
    await fetch("GET", f"/socket.io/?EIO=4&transport=polling&jwt={ann.jwt}", token=ann.jwt)
    assert len([line for line in logged.lines if "Traceback" in line]) >= 6


async def test_mail_servers_that_refuse_and_quote_the_mail(register, ask, mailbox, secrets, app, monkeypatch):
    seen = []

    async def quoting(server, session, envelope) -> str:
        text = envelope.content.decode()
        seen.extend(re.findall(r"/#reset=(\S+)", text))
        return "554 5.7.1 spam: " + " ".join(text.split())[-400:]

    ann = await register("ann")
    monkeypatch.setattr(mailbox, "handle_DATA", quoting)
    await ask("POST", "/auth/forgot-password", {"email": ann.email})
    await app.idle()
    await app.settings["mailer"].idle(2)
    assert seen
    secrets.extend(seen)


class TestUnconfirmed:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"confirm_emails": True})

    async def test_codes_that_confirm_an_address(self, ask, fetch, mailbox, secrets):
        form = {"username": "ann", "email": "ann@example.com", "password": "correct horse"}
        await ask("POST", "/auth/local/register", form)
        await ask("POST", "/auth/local", {"identifier": "ann", "password": "correct horse"})
        await ask("POST", "/auth/send-email-confirmation", {"email": "ann@example.com"})
        codes = []
        for _ in range(2):
            text = (await mailbox.next("ann@example.com")).text
            codes += re.findall(r"confirmation=(\S+)", text)
        secrets.extend(codes)
        for code in codes * 2:
            await fetch("GET", f"/api/auth/email-confirmation?confirmation={code}")
            await fetch("GET", f"/auth/email-confirmation?confirmation={quote(code)}", Accept="text/html")


class TestWithoutDatabase:
    @pytest.fixture
    def db(self, io_loop, mongodb, open_database):
        db = open_database(f"{mongodb.start()}&serverSelectionTimeoutMS=200", "away")
        io_loop.run_sync(lambda: models.prepare(db))
        return db

    @pytest.mark.slow
    @pytest.mark.may_take(60)
    async def test_the_database_is_away(self, register, ask, fetch, connect, wire, secrets, mongodb):
        ann = await register("ann")
        client = await connect(ann)
        mongodb.stop()
        await ask("POST", "/auth/local", {"identifier": "ann", "password": "correct horse"})
        await ask("POST", "/auth/refresh", {"refreshToken": ann.refresh_token})
        await ask("POST", "/auth/refresh", Cookie=f"refresh={ann.refresh_token}")
        await ask("POST", "/auth/forgot-password", {"email": ann.email})
        await fetch("GET", f"/users/me?jwt={ann.jwt}", token=ann.jwt)
        await (await wire(f"&jwt={ann.jwt}")).join(ann.jwt)
        assert "error" in await client.call("token:renew", {"token": ann.jwt})
        await fetch("GET", f"/socket.io/?EIO=4&transport=polling&jwt={ann.jwt}")
