"""Thousands of clients that go at once, or never say a word."""

import asyncio
import sys
import time
from pathlib import Path

import pytest

from realtime import io
from tests.engine.conftest import until

ROOT = Path(__file__).parents[2]
CLIENTS = 6000


async def crowd(port: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.engine.leavers", str(port), str(CLIENTS), cwd=ROOT, stdin=asyncio.subprocess.PIPE
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
@pytest.mark.gen_test(timeout=60)
async def test_thousands_who_drop_at_once_never_hold_the_loop(server, lines):
    gone = []

    async def hook(socket, user):
        for number in range(3):
            await socket.join(f"room{number}")

        @socket.on("disconnect")
        async def disconnect(socket, reason):
            gone.append(socket.id)

    io.server.connection = hook
    watcher = await server.websocket("watcher")
    leavers = await crowd(server.port)
    await until(lambda: len(io.server.manager.rooms.get("/", {}).get("room2", ())) == CLIENTS + 1, seconds=40)
    await until(lambda: not io.server.tasks)
    holds = Holds()
    leavers.kill()
    await leavers.wait()
    while len(gone) < CLIENTS:
        await watcher.call("echo", 1)
    assert holds.stop() < 0.05
    assert len(set(gone)) == CLIENTS
    assert {room: len(members) for room, members in io.server.manager.rooms["/"].items()} == {
        "user::watcher": 1, "room0": 1, "room1": 1, "room2": 1
    }  # fmt: skip
    assert len(server.sessions) == io.server.eio.websockets == 1
    assert not lines()


@pytest.mark.slow
@pytest.mark.gen_test(timeout=60)
async def test_thousands_who_are_silent_are_ended_without_holding_the_loop(server, lines):
    await server.websocket("watcher")
    leavers = await crowd(server.port)
    await until(lambda: len(io.server.manager.sockets.get("/", {})) == CLIENTS + 1, seconds=40)
    now = io.server.eio.wheel.now()
    for session in server.sessions.values():
        session.pong_due = now + 1
        io.server.eio.wheel.schedule(session, now + 1)
    holds = Holds()
    await until(lambda: not server.sessions, seconds=20)
    assert holds.stop() < 0.05
    assert not lines()
    leavers.kill()
    await leavers.wait()
