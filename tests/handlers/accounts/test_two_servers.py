"""Two servers on one MongoDB, with nothing else between them: what ends on one ends on both."""

import asyncio
import sys
import time
from functools import partial

import pytest

from engine.testing.client import Client
from engine.testing.processes import Process

pytestmark = [pytest.mark.slow, pytest.mark.may_take(60)]
BLOCK = [sys.executable, "-m", "models", "block", "ann"]


@pytest.fixture
def server(start, mongodb_url, db):
    """`server()` starts one, `server(command)` a command beside it."""
    environment = {
        "ENV": "production",
        "ADDRESS": "127.0.0.1",
        "JWT_SECRET": "s" * 32,
        "MONGODB_URL": mongodb_url,
        "MONGODB_DATABASE": db.name,
        "PUBLIC_URL": "https://app.example.com",
    }
    return partial(start, **environment)


async def ask(server: Process, *request) -> dict:
    status, answer = await asyncio.to_thread(server.ask, *request)
    assert status == 200, answer
    return answer


async def connected(server: Process, jwt: str) -> Client:
    client = Client(f"http://127.0.0.1:{server.port}")
    await client.open(jwt)
    await client.received("welcome_event")
    return client


async def seconds_until_told(client: Client) -> tuple[str, float]:
    started = time.monotonic()
    message = (await client.received("closing"))["message"]
    await client.closed()
    return message, time.monotonic() - started


async def test_a_session_that_ends_on_one_closes_its_sockets_on_the_other_within_a_second(server):
    one, other = server().listens(), server().listens()
    form = {"username": "ann", "email": "ann@example.com", "password": "correct horse"}
    ann = await ask(one, "POST", "/auth/local/register", form)
    client = await connected(other, ann["jwt"])
    await ask(one, "POST", "/auth/logout", {"scope": "all"}, ann["jwt"])
    message, seconds = await seconds_until_told(client)
    assert message == "You logged out everywhere."
    assert seconds < 1
    assert (await asyncio.to_thread(other.ask, "GET", "/users/me", None, ann["jwt"]))[0] == 401

    again = await ask(other, "POST", "/auth/local", {"identifier": "ann", "password": "correct horse"})
    clients = [await connected(each, again["jwt"]) for each in (one, other)]
    assert await asyncio.to_thread(server(BLOCK).ended) == 0
    for message, seconds in await asyncio.gather(*map(seconds_until_told, clients)):
        assert message == "Your account has been blocked by an administrator."
        assert seconds < 1
