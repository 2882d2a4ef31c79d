"""All bad inputs at once, while 500 well-behaved clients go on as if nothing was."""

import asyncio
import sys

import pytest

from tests.engine.crowd import Crowd, percentile
from tests.engine.server_process import ROOT, ServerProcess

CROWD = 500
ASK_SECONDS = 1
QUIET_SECONDS = 6
HOSTILE_SECONDS, ROUNDS = 12, 8
SETTLED_SECONDS = 12
SAME = ("tasks", "descriptors", "sessions", "websockets", "rooms", "running", "deadlines", "gone")


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


async def settled(member, before: dict) -> dict:
    """The server's stats, once they are as before, or after a while."""
    for _ in range(SETTLED_SECONDS * 2):
        after = await member.call("stats")
        if all(after[name] == before[name] for name in SAME) and after["megabytes"] < before["megabytes"] + 5:
            break
        await asyncio.sleep(0.5)
    return after


@pytest.mark.slow
@pytest.mark.gen_test(timeout=120)
async def test_nothing_that_clients_send_hurts_the_others(tmp_path):
    server = await ServerProcess(tmp_path, "news").listens()
    try:
        crowd = await Crowd.gather(server.port, CROWD)
        watcher = crowd.members[0]
        # What is made once, at first use, is no leak.
        await attack(server.port, 3, 1)
        await asyncio.sleep(5)
        before = await watcher.call("stats")

        crowd.start(ASK_SECONDS)
        await asyncio.sleep(QUIET_SECONDS)
        quiet = crowd.delays()
        begun = len(server.said.splitlines())
        connections = await attack(server.port, HOSTILE_SECONDS, ROUNDS)
        hostile = crowd.delays()
        await crowd.stop()

        after = await settled(watcher, before)
        lines = server.said.splitlines()[begun:]
        print(before, after, connections, len(lines), percentile(quiet, 0.99), percentile(hostile, 0.99), sep="\n")
        assert crowd.faults == []
        heard = {member.last for member in crowd.members}
        assert max(heard) - min(heard) <= 1
        assert {name: after[name] for name in SAME} == {name: before[name] for name in SAME}
        assert after["megabytes"] < before["megabytes"] + 5
        assert "Traceback" not in server.said
        assert len(lines) <= connections
        assert percentile(hostile, 0.99) < 3 * percentile(quiet, 0.99)
        crowd.leave()
    finally:
        server.kill()
