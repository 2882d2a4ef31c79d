"""Every client, over every transport, with messages that are large and those that are too large."""

import asyncio

import pytest

from engine.tests.app import io
from engine.tests.people import ANNA

pytestmark = pytest.mark.slow

LARGE, TOO_LARGE = "x" * 900_000, "x" * 1_100_000


async def test_what_is_large_comes_back_as_event_and_ack_time_and_again(connect, received):
    @io.on("echo")
    async def echo(socket, text):
        await socket.send("echoed", text)
        return text

    client = await connect(ANNA)
    for _ in range(3):
        assert await client.call("echo", LARGE) == LARGE
        assert await received(client, "echoed") == LARGE
    assert "disconnect" not in [name for name, *_ in client.events]


async def test_who_sends_what_is_too_large_hears_why(connect, received):
    client = await connect(ANNA)
    calling = asyncio.ensure_future(client.call("echo", TOO_LARGE))
    assert (await received(client, "closing"))["code"] == "too_large"
    calling.cancel()
