"""All bad inputs at once, while 500 well-behaved clients go on as if nothing was."""

import asyncio
import sys

import pytest

from tests.engine.crowd import Crowd, percentile
from tests.engine.server_process import ROOT, ServerProcess

CROWD = 500
ASK_SECONDS = 1
QUIET_SECONDS = 5
HOSTILE_SECONDS, ROUNDS = 10, 4
SETTLED_SECONDS = 15
SAME = ("tasks", "descriptors", "sessions", "websockets", "rooms", "running", "deadlines", "not disconnected")


async def attack(port: int, seconds: float, rounds: int) -> int:
    """Have everything done that is wrong, so many times; returns how many connections that took."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.engine.attackers", str(port), str(seconds), str(rounds),
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


async def settled(crowd: Crowd, before: dict | None) -> dict:
    """The server's stats, once nobody but the crowd is there and all is as `before`, or after a while."""
    for _ in range(2 * SETTLED_SECONDS):
        await asyncio.sleep(0.5)
        stats = await crowd.members[0].call("stats")
        if stats["sessions"] == CROWD and only(stats, SAME) == only(before or stats, SAME):
            break
    return stats


@pytest.mark.slow
@pytest.mark.gen_test(timeout=120)
async def test_nothing_that_clients_send_hurts_the_others(tmp_path):
    server = await ServerProcess(tmp_path, "news").listens()
    try:
        crowd = await Crowd.gather(server.port, CROWD)
        # What is made once, at first use, is no leak.
        await attack(server.port, 2, 1)
        before = await settled(crowd, None)
        begun = len(server.said.splitlines())

        crowd.start(ASK_SECONDS)
        await asyncio.sleep(QUIET_SECONDS)
        quiet = crowd.delays()
        connections = await attack(server.port, HOSTILE_SECONDS, ROUNDS)
        hostile = crowd.delays()
        await crowd.stop()
        after = await settled(crowd, before)

        assert crowd.faults == []
        assert crowd.spread() <= 1
        assert only(after, SAME) == only(before, SAME)
        assert after["megabytes"] < before["megabytes"] + 5
        lines = server.said.splitlines()[begun:]
        assert len(lines) <= connections
        assert [line for line in lines if not line.startswith("[I ")] == []
        assert percentile(hostile, 0.99) < 3 * percentile(quiet, 0.99)
        crowd.leave()
    finally:
        server.kill()
