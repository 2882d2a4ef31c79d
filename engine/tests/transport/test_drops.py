"""Thousands of clients that go at once, or never say a word."""

import asyncio
import sys
import time
from pathlib import Path

import pytest

from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.turns import A_PORTION, Turns

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
CLIENTS = 5000


async def crowd(server) -> asyncio.subprocess.Process:
    """They answer no ping, and it may take long until all are there."""
    server.limit(ping_interval_seconds=3600)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "engine.tests.transport.leavers",
        str(server.port),
        str(CLIENTS),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
    )


@pytest.mark.slow
@pytest.mark.may_take(300)
@pytest.mark.parametrize("how", [b"politely", b"rudely"])
async def test_thousands_who_drop_at_once_never_hold_the_loop(server, lines, how):
    gone = []

    async def hook(socket, user):
        for number in range(3):
            await socket.join(f"room{number}")

        @socket.on("disconnect")
        async def disconnect(socket, reason):
            gone.append(socket.id)

    io.node.services.connection = hook
    watcher = await server.websocket("watcher")
    leavers = await crowd(server)
    await until(lambda: len(io.node.hub.rooms.get("/", {}).get("room2", ())) == CLIENTS + 1, seconds=200)
    await until(lambda: not io.node.services.tasks)
    turns = Turns()
    await leavers.communicate(how)
    while len(gone) < CLIENTS:
        await watcher.call("echo", 1)
    assert turns.stop() < A_PORTION
    assert len(set(gone)) == CLIENTS
    assert {room: len(members) for room, members in io.node.hub.rooms["/"].items()} == {
        "user::watcher": 1, "room0": 1, "room1": 1, "room2": 1
    }  # fmt: skip
    assert len(server.links) == io.server.eio.websockets == 1
    assert not lines()


@pytest.mark.slow
@pytest.mark.may_take(300)
async def test_thousands_who_are_silent_are_ended_without_holding_the_loop(server, lines):
    leavers = await crowd(server)
    await until(lambda: len(io.node.hub.sockets.get("/", {})) == CLIENTS, seconds=200)
    now = io.server.eio.wheel.now()
    for link in server.links.values():
        link.pong_due = now + 1
        io.server.eio.wheel.schedule(link, now + 1)
    turns = Turns()
    await until(lambda: not server.links, seconds=200)
    assert turns.stop() < A_PORTION
    assert not lines()
    leavers.kill()
    await leavers.wait()


@pytest.mark.slow
@pytest.mark.may_take(300)
async def test_thousands_whose_tokens_expire_at_once_are_closed_without_holding_the_loop(server, lines):
    leavers = await crowd(server)
    await until(lambda: len(io.node.hub.sockets.get("/", {})) == CLIENTS, seconds=200)
    turns, expires_at = Turns(), time.time() + 1
    for number, socket in enumerate(list(io.node.hub.everybody())):
        socket.expires_at = expires_at
        socket.link.look()
        if number % 100 == 0:
            await asyncio.sleep(0)
    await until(lambda: not io.node.hub.sockets["/"], seconds=200)
    assert time.time() >= expires_at
    await until(lambda: not server.links, seconds=200)
    assert turns.stop() < A_PORTION
    assert not lines()
    leavers.kill()
    await leavers.wait()
