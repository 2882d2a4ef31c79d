"""Two nodes as processes, of which one is killed, or stopped for a while."""

import asyncio
import time
from collections import Counter
from functools import partial

import pytest

from engine.tests.nodes.residents import Resident, hear, is_in_order

pytestmark = [pytest.mark.slow, pytest.mark.may_take(600)]


async def test_a_node_that_is_killed_leaves_nobody_online_and_its_users_other_sockets_untouched(
    redis, start_node, stay, becomes
):
    dies, lives = await start_node("dies", redis.url), await start_node("lives", redis.url)
    (watcher,) = await stay(["watcher"], lambda _: [lives.port])
    (tab,) = await stay(["anna"], lambda _: [lives.port])
    lost = await stay(["anna", "bob"], lambda _: [dies.port])
    await watcher.io("join", "anna", "tea")
    await watcher.io("join", "bob", "tea")
    assert await watcher.io("online", "bob")
    assert sorted(await people(watcher, "tea")) == [("anna", 2), ("bob", 1)]

    dies.kill()
    killed = time.monotonic()
    await becomes(lambda: absent(watcher, "bob"))
    took = time.monotonic() - killed

    # It is Redis that notices, by the end of the node's connection, and no heartbeat.
    assert took < 10
    assert await people(watcher, "tea") == [("anna", 1)]
    assert await watcher.io("online", "anna")
    assert sorted(await connected(watcher)) == ["anna", "watcher"]
    await watcher.io("join", "anna", "cake")
    await watcher.io("send", ["tea", "cake"], "news", 1)
    await tab.call("echo")
    assert [heard.arguments for heard in tab.heard("news")] == [[1]]
    assert (len(tab.lives), len(watcher.lives)) == (1, 1)
    assert not any(each.here for each in lost)


async def absent(watcher: Resident, user: str) -> bool:
    return not await watcher.io("online", user)


async def people(watcher: Resident, room: str) -> list[tuple[str, int]]:
    """Who is in a room, with how many sockets."""
    return [(user, len(sockets)) for user, sockets in await watcher.io("members", room)]


async def connected(watcher: Resident) -> Counter[str]:
    """Who has how many sockets."""
    return Counter({user: len(sockets) for user, _, sockets in await watcher.io("connections")})


@pytest.mark.parametrize(("seconds", "pings"), [(5, {"ping_interval_seconds": 1, "ping_timeout_seconds": 1}), (60, {})])
async def test_a_node_that_was_stopped_and_goes_on_brings_no_doubles_and_no_ghosts(
    redis, start_node, stay, becomes, seconds, pings
):
    """Its clients give it up after two seconds, or after 45 with the usual pings."""
    sleeps = await start_node("sleeps", redis.url, "news", **pings)
    wakes = await start_node("wakes", redis.url, "news", **pings)
    (watcher,) = await stay(["watcher"], lambda _: [wakes.port])
    ports = [sleeps.port]
    there = await stay([f"there{number}" for number in range(5)], lambda _: ports)
    everybody = [watcher, *there, *await stay([f"here{number}" for number in range(5)], lambda _: [wakes.port])]

    sleeps.freeze()
    stopped = asyncio.create_task(asyncio.sleep(seconds))
    ports[:] = [wakes.port]
    await becomes(lambda: moved(there, wakes.port))
    await stopped
    sleeps.thaw()
    await becomes(lambda: once_each(watcher, everybody))
    for name in ("sleeps", "wakes"):
        await becomes(partial(hear, everybody, name, time.monotonic()))
    await watcher.io("broadcast", "end", 1)
    for each in everybody:
        await each.call("echo")

    for each in everybody:
        assert [heard.arguments for heard in each.heard("end")] == [[1]]
        assert all(is_in_order(life.news(name)) for life in each.lives for name in ("sleeps", "wakes"))
    assert all(len(each.lives) == 1 for each in everybody if each not in there)
    assert "Traceback" not in sleeps.said + wakes.said


async def moved(residents: list[Resident], port: int) -> bool:
    return all(each.here and each.life.port == port for each in residents)


async def once_each(watcher: Resident, residents: list[Resident]) -> bool:
    return await connected(watcher) == Counter(each.user for each in residents)
