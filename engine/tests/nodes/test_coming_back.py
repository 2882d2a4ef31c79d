"""Nodes as processes: who was on one that ends, however it ends, comes back to another and has missed nothing."""

import asyncio
import json
from itertools import count

import pytest

from engine.emitter import emitter
from engine.testing.wire import Wire
from engine.tests.nodes.faults import failed_over
from engine.tests.nodes.node_process import NodeProcess
from engine.tests.recovery.tab import Tab

pytestmark = [pytest.mark.slow, pytest.mark.may_take(300)]

PAUSE_SECONDS = 0.005


@pytest.fixture
def tab(io_loop):
    """`tab = await tab(node)` is a connection of Anna's; `await tab(node, former)` comes back as that one."""
    tabs = []

    async def tab(node: NodeProcess, former: Tab | None = None) -> Tab:
        wire = await Wire.open(f"http://127.0.0.1:{node.port}/socket.io/?EIO=4&transport=websocket")
        tabs.append(Tab(wire, "anna@laptop"))
        return await tabs[-1].connect(*((former.pid, former.offset) if former else ()))

    yield tab
    for each in tabs:
        each.wire.close()


def news(numbers) -> list:
    return [("news", number) for number in numbers]


async def tell(io, sent: list[int]):
    """Numbered news for Anna, that never stop."""
    for number in count():
        await io.send("user::anna", "news", number)
        sent.append(number)
        await asyncio.sleep(PAUSE_SECONDS)


async def test_who_was_on_a_node_that_is_killed_comes_back_to_another(redis, start_node, tab):
    dies, lives = await start_node("dies", redis.url), await start_node("lives", redis.url)
    first = await tab(dies)
    async with emitter(redis.url) as io:
        await io.join("anna", "tea")
        await io.send("tea", "news", 1)
        assert await first.settle() == news([1])
        dies.kill()
        await io.send("tea", "news", 2)
        await io.join("anna", "cake")
        await io.send("cake", "news", 3)
        await io.leave("anna", "tea")
        await io.send("tea", "news", 4)
    again = await tab(lives, first)

    assert (again.recovered, again.id) == (True, first.id)
    assert again.events == news([2, 3])


async def test_nothing_is_missed_while_all_nodes_are_replaced(redis, start_node, tab):
    sent, got = [], []
    node = await start_node("first", redis.url, drain_seconds=1)
    current = await tab(node)
    async with emitter(redis.url) as io:
        telling = asyncio.create_task(tell(io, sent))
        for name in ("second", "third", "fourth"):
            following = await start_node(name, redis.url, drain_seconds=1)
            node.terminate()
            rest = [json.loads(packet[2:]) for packet in await current.wire.rest()]
            got += [*current.events, *(tuple(event) for event in rest if event[0] == "news")]
            assert await node.ended() == 0
            node, current = following, await tab(following, current)
            assert current.recovered
        telling.cancel()
        await asyncio.wait([telling])
        await asyncio.sleep(0.1)

    got += await current.settle()
    assert [number for _, number in got][: len(sent)] == sent


async def test_after_a_failover_everybody_begins_anew_and_from_then_on_comes_back(way, start_node, tab, becomes):
    nodes = [await start_node(name, way.swallower.url) for name in ("one", "two")]
    first = await tab(nodes[0])
    await failed_over(way)
    assert [json.loads(packet[2:])[1]["code"] for packet in await first.wire.rest()] == ["resync"]

    second = await tab(nodes[1], first)
    assert second.recovered is False

    async def has_a_pid() -> bool:
        return (await tab(nodes[1])).pid is not None

    await becomes(has_a_pid)
    third = await tab(nodes[1])
    third.cut()
    assert (await tab(nodes[0], third)).recovered
