"""Thousands of clients that go at once, or never say a word."""

import asyncio
import gc
import sys
import time
from pathlib import Path

import pytest

from engine.sockets.client import Client
from engine.sockets.socket import Socket
from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.transport.link import Link
from engine.transport.websocket import WebSocket

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
CLIENTS = 5000


async def crowd(port: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "engine.tests.transport.leavers",
        str(port),
        str(CLIENTS),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
    )


class Holds:
    """The longest turn of the loop, in CPU seconds, so that busy neighbours don't count."""

    def __init__(self):
        self.longest = 0.0
        self.task = asyncio.ensure_future(self.watch())

    async def watch(self):
        while True:
            began = time.thread_time()
            await asyncio.sleep(0)
            self.longest = max(self.longest, time.thread_time() - began)

    def stop(self) -> float:
        self.task.cancel()
        return self.longest


@pytest.mark.slow
@pytest.mark.may_take(60)
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
    leavers = await crowd(server.port)
    await until(lambda: len(io.node.hub.rooms.get("/", {}).get("room2", ())) == CLIENTS + 1, seconds=40)
    await until(lambda: not io.node.services.tasks)
    holds = Holds()
    await leavers.communicate(how)
    while len(gone) < CLIENTS:
        await watcher.call("echo", 1)
    assert holds.stop() < 0.05
    assert len(set(gone)) == CLIENTS
    assert {room: len(members) for room, members in io.node.hub.rooms["/"].items()} == {
        "user::watcher": 1, "room0": 1, "room1": 1, "room2": 1
    }  # fmt: skip
    assert len(server.links) == io.server.eio.websockets == 1
    assert not lines()


@pytest.mark.slow
@pytest.mark.may_take(60)
async def test_thousands_who_are_silent_are_ended_without_holding_the_loop(server, lines):
    leavers = await crowd(server.port)
    await until(lambda: len(io.node.hub.sockets.get("/", {})) == CLIENTS, seconds=40)
    now = io.server.eio.wheel.now()
    for link in server.links.values():
        link.pong_due = now + 1
        io.server.eio.wheel.schedule(link, now + 1)
    holds = Holds()
    await until(lambda: not server.links, seconds=20)
    assert holds.stop() < 0.05
    assert not lines()
    leavers.kill()
    await leavers.wait()


@pytest.mark.slow
@pytest.mark.may_take(60)
async def test_thousands_whose_tokens_expire_at_once_are_closed_without_holding_the_loop(server, lines):
    leavers = await crowd(server.port)
    await until(lambda: len(io.node.hub.sockets.get("/", {})) == CLIENTS, seconds=40)
    holds, expires_at = Holds(), time.time() + 1
    for number, socket in enumerate(list(io.node.hub.everybody())):
        socket.expires_at = expires_at
        socket.link.look()
        if number % 100 == 0:
            await asyncio.sleep(0)
    await until(lambda: not io.node.hub.sockets["/"], seconds=20)
    assert time.time() < expires_at + 5
    await until(lambda: not server.links, seconds=20)
    assert holds.stop() < 0.05
    assert not lines()
    leavers.kill()
    await leavers.wait()


@pytest.mark.parametrize("end", ["close", "reset", "1", "41", "broken", "kicked", "expired"])
async def test_a_connection_that_ends_leaves_nothing_to_the_garbage_collector(server, end, monkeypatch):
    monkeypatch.setattr("engine.transport.websocket.CLOSING_SECONDS", 0.05)
    server.limit(refused_seconds=0.05)

    async def hook(socket, user):
        await socket.join("room")

        @socket.on("disconnect")
        async def disconnect(socket, reason):
            socket.data["reason"] = reason

    io.node.services.connection = hook
    await go(await server.websocket("first"), end)
    await server.empty()
    await until(lambda: not io.server.eio.websockets)
    gc.collect()
    gc.disable()
    try:
        websocket = await server.websocket("anna")
        await websocket.call("echo", 1)
        assert len(held()) == 4
        await go(websocket, end)
        await server.empty()
        await until(lambda: not io.server.eio.websockets)
        await asyncio.sleep(0)
        assert held() == []
    finally:
        gc.enable()


def held():
    return [item for item in gc.get_objects() if isinstance(item, Link | Client | Socket | WebSocket)]


async def go(websocket, end: str):
    if end == "expired":
        await websocket.call("token:renew", {"token": "bad"})
        socket = io.node.hub.socket(websocket.id, "/")
        socket.expires_at = time.time()
        socket.link.look()
    elif end == "kicked":
        await io.disconnect("anna")
        await io.disconnect("first")
    elif end == "broken":
        websocket.connection.write(b"\x81\x01x")
    elif end in ("close", "reset"):
        getattr(websocket.connection, end)()
    else:
        websocket.send(end)
