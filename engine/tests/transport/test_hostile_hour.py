"""All bad inputs at once, and all that can be held held, while 500 well-behaved clients go on as if nothing was."""

import asyncio
import re
import sys
from contextlib import asynccontextmanager

import psutil
import pytest

from engine.tests.transport.crowd import Crowd, only
from engine.tests.transport.raw import Connection
from engine.tests.transport.server_process import ROOT, ServerProcess, played

CROWD, ASK_SECONDS = 500, 1
MOST = CROWD + 1000
LATE = 40
"""How many come for whom there is no room."""
HOSTILE_SECONDS, ROUNDS = 10, 4
HOURS = 6
LEFT_BYTES = 64
"""What a connection may leave."""
TURN_SECONDS = 0.1
"""How long the others may have to wait for it, in time of the CPU."""
ANSWERS = 5 * CROWD
"""What is measured is measured for so many."""
DEARER = 3
"""How many times as much of the CPU may go with an answer, whatever others ask for."""
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def cost(server: ServerProcess, crowd: Crowd) -> float:
    """The time of the CPU that the server takes while somebody gets an answer."""
    process = psutil.Process(server.process.pid)
    before = sum(process.cpu_times()[:2])
    await crowd.have(ANSWERS)
    return (sum(process.cpu_times()[:2]) - before) / ANSWERS


@asynccontextmanager
async def besieged(port: int):
    """There is nothing left to take meanwhile."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine.tests.transport.besiegers", str(port), str(MOST - CROWD + LATE),
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert await process.stdout.readline() == b"there\n"
        yield
        await process.communicate(b"")
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()


async def siege(server: ServerProcess, crowd: Crowd) -> float:
    """Have everything taken; returns what an answer costs meanwhile."""
    async with besieged(server.port):
        connection = await Connection.open(server.port)
        connection.write(HEALTH)
        assert (await connection.reader.readline()).startswith(b"HTTP/1.1 200")
        connection.close()
        return await cost(server, crowd)


class Hour:
    """What an hour was like: how many connections it took, what was logged, what an answer cost and what is left."""

    @classmethod
    async def of(cls, server: ServerProcess, crowd: Crowd, before: dict | None = None) -> "Hour":
        hour, begun = cls(), len(server.said)
        crowd.start(ASK_SECONDS)
        hour.usual = await cost(server, crowd)
        hour.connections = await played("attackers", server.port, HOSTILE_SECONDS, ROUNDS)
        hour.lines = server.said[begun:].splitlines()
        hour.dear = await siege(server, crowd)
        await crowd.stop()
        # Asked first: to look for garbage, which is done for an answer, takes a turn as well.
        hour.longest_turn = (await crowd.members[0].call("stats"))["longest turn"]
        hour.after = await crowd.settled(before)
        hour.warnings = [line for line in server.said[begun:].splitlines() if not line.startswith("[I ")]
        return hour


@pytest.mark.slow
@pytest.mark.may_take(1200)
async def test_nothing_that_clients_do_hurts_the_others(serve):
    server = await serve("news", PYTHONMALLOC="malloc", MAX_CONNECTIONS=str(MOST))
    crowd = await Crowd.gather(server.port, CROWD)
    # What is made once, at first use or for the most that come at a time, is no leak: hours leave less and less of it.
    before = (await Hour.of(server, crowd)).after
    for _ in range(HOURS):
        hour = await Hour.of(server, crowd, before)
        assert crowd.faults == []
        assert crowd.spread() <= 1
        assert only(hour.after) == only(before)
        assert hour.longest_turn < TURN_SECONDS
        assert hour.dear < DEARER * hour.usual
        assert len(hour.lines) <= hour.connections
        taken, free = hour.warnings
        assert re.search(r"All 1500 connections are taken", taken)
        assert re.search(r"There is room for new connections again", free)
        left, before = hour.after["bytes"] - before["bytes"], hour.after
        if left < LEFT_BYTES * hour.connections:
            break
    assert left < LEFT_BYTES * hour.connections
    crowd.leave()
