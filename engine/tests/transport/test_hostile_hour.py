"""All bad inputs at once, while 500 well-behaved clients go on as if nothing was."""

import asyncio
import sys

import pytest

from engine.tests.transport.crowd import Crowd
from engine.tests.transport.server_process import ROOT, ServerProcess

CROWD, ASK_SECONDS = 500, 1
HOSTILE_SECONDS, ROUNDS = 10, 4
SETTLED_SECONDS = 120
HOURS = 6
LEFT_BYTES = 64
"""What a connection may leave."""
TURN_SECONDS = 0.1
"""How long the others may have to wait for it, in time of the CPU."""
SAME = ("tasks", "descriptors", "links", "websockets", "rooms", "running", "deadlines", "not disconnected")


async def attack(port: int, seconds: float, rounds: int) -> int:
    """Have everything done that is wrong, so many times; returns how many connections that took."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine.tests.transport.attackers", str(port), str(seconds), str(rounds),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        said, _ = await process.communicate()
        return int(said)
    finally:
        if process.returncode is None:
            process.kill()


def only(stats: dict, names) -> dict:
    return {name: stats[name] for name in names}


async def settled(crowd: Crowd, before: dict | None = None) -> dict:
    """The server's stats, once nobody but the crowd is there and all is as `before`, or stays as it is."""
    last = before
    for _ in range(2 * SETTLED_SECONDS):
        await asyncio.sleep(0.5)
        stats = await crowd.members[0].call("stats")
        if last and stats["links"] == CROWD and only(stats, SAME) == only(last, SAME):
            break
        last = before or stats
    return stats


async def hour(server: ServerProcess, crowd: Crowd, before: dict | None = None) -> tuple[int, dict]:
    """Have the crowd and the attackers at it; returns how many connections the latter opened, and what is left."""
    crowd.start(ASK_SECONDS)
    connections = await attack(server.port, HOSTILE_SECONDS, ROUNDS)
    await crowd.stop()
    return connections, await settled(crowd, before)


@pytest.mark.slow
@pytest.mark.may_take(1200)
async def test_nothing_that_clients_send_hurts_the_others(serve):
    server = await serve("news", PYTHONMALLOC="malloc")
    crowd = await Crowd.gather(server.port, CROWD)
    # What is made once, at first use or for the most that come at a time, is no leak: hours leave less and less of it.
    _, before = await hour(server, crowd)
    for _ in range(HOURS):
        begun = len(server.said.splitlines())
        connections, after = await hour(server, crowd, before)
        assert crowd.faults == []
        assert crowd.spread() <= 1
        assert only(after, SAME) == only(before, SAME)
        assert after["longest turn"] < TURN_SECONDS
        lines = server.said.splitlines()[begun:]
        assert len(lines) <= connections
        assert [line for line in lines if not line.startswith("[I ")] == []
        left, before = after["bytes"] - before["bytes"], after
        if left < LEFT_BYTES * connections:
            break
    assert left < LEFT_BYTES * connections
    crowd.leave()
