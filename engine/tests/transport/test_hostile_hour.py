"""All bad inputs at once, while 500 well-behaved clients go on as if nothing was."""

import asyncio
import statistics
import sys

import pytest

from engine.tests.transport.crowd import Crowd, percentile
from engine.tests.transport.server_process import ROOT

CROWD, CONTROL = 500, 50
ASK_SECONDS = 1
QUIET_SECONDS = 5
HOSTILE_SECONDS, ROUNDS = 10, 4
SETTLED_SECONDS = 15
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


async def slowest(crowd: Crowd, meanwhile: asyncio.Task) -> float:
    """The 99th percentile of the acks' delays, in seconds.

    It is that of each second, and of these the median: a neighbour on the machine may spoil some.
    """
    crowd.delays()
    seconds = []
    while not meanwhile.done():
        await asyncio.wait([meanwhile], timeout=1)
        if len(delays := crowd.delays()) > 100:
            seconds.append(percentile(delays, 0.99))
    return statistics.median(seconds)


async def settled(crowd: Crowd, before: dict | None) -> dict:
    """The server's stats, once nobody but the crowd is there and all is as `before`, or after a while."""
    for _ in range(2 * SETTLED_SECONDS):
        await asyncio.sleep(0.5)
        stats = await crowd.members[0].call("stats")
        if stats["links"] == CROWD and only(stats, SAME) == only(before or stats, SAME):
            break
    return stats


@pytest.mark.slow
@pytest.mark.may_take(120)
async def test_nothing_that_clients_send_hurts_the_others(serve):
    server, other = await serve("news"), await serve("news")
    crowd, control = await Crowd.gather(server.port, CROWD), await Crowd.gather(other.port, CONTROL)
    # What is made once, at first use, is no leak.
    await attack(server.port, 2, 1)
    before = await settled(crowd, None)
    begun = len(server.said.splitlines())

    crowd.start(ASK_SECONDS)
    control.start(ASK_SECONDS * CONTROL / CROWD)
    quiet = await slowest(crowd, asyncio.create_task(asyncio.sleep(QUIET_SECONDS)))
    attacking = asyncio.create_task(attack(server.port, HOSTILE_SECONDS, ROUNDS))
    hostile, elsewhere = await asyncio.gather(slowest(crowd, attacking), slowest(control, attacking))
    connections = await attacking
    await crowd.stop()
    await control.stop()
    after = await settled(crowd, before)

    assert crowd.faults == []
    assert crowd.spread() <= 1
    assert only(after, SAME) == only(before, SAME)
    assert after["megabytes"] < before["megabytes"] + 5
    lines = server.said.splitlines()[begun:]
    assert len(lines) <= connections
    assert [line for line in lines if not line.startswith("[I ")] == []
    # The machine may have become busy with other things meanwhile; the server that is left alone shows that.
    assert hostile < 3 * max(quiet, elsewhere)
    crowd.leave()
    control.leave()
