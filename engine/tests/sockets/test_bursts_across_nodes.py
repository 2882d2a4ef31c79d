"""What is sent in one turn: Redis takes what goes to one room in a row in one step, in the order of all."""

import asyncio
from functools import partial

import pytest

from engine.backplane.contents import Event
from engine.testing.client import Client
from engine.tests.app import io
from engine.tests.people import ANNA, BOB

pytestmark = pytest.mark.two_nodes("redis")


@pytest.fixture
def steps(redis):
    """`steps()` is how many scripts and publications Redis has carried out by now."""

    def steps() -> int:
        counted = redis.ask("INFO", "commandstats")
        return sum(counted.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in ("evalsha", "eval"))

    return steps


@pytest.fixture
def tabs(connect, io_loop):
    """One on each node, in two rooms."""

    async def tabs() -> list[Client]:
        tabs = [await connect(ANNA), await connect(BOB)]
        for user in ("anna", "bob"):
            await io.join(user, ["tea", "cake"])
        return tabs

    return io_loop.run_sync(tabs)


def heard(client) -> list:
    return [arguments for name, *arguments in client.events if name == "news"]


async def in_one_turn(*rooms: str):
    """Send numbered events."""
    await asyncio.gather(*(io.send(room, "news", number) for number, room in enumerate(rooms)))


@pytest.fixture
def bystander(beside, serve_beside, make, io_loop):
    """A third node, where nobody is; the others know of it."""
    return serve_beside(make).node


@pytest.fixture
def events_heard(nodes, bystander):
    """How many events of others each node has heard; greetings are none."""
    everybody = [*nodes, bystander]
    counts = [0] * len(everybody)

    def count(number, handle, envelope, channel):
        counts[number] += 1
        handle(envelope, channel)

    for number, node in enumerate(everybody):
        handlers = node.backplane.bus.handlers
        handlers[Event] = partial(count, number, handlers[Event])
    return counts


async def test_a_lone_event_is_one_step_for_redis_and_one_message_for_each_node_with_a_member(
    tabs, steps, events_heard
):
    for tab in tabs:
        await tab.settled()
    before = steps()
    await in_one_turn("tea")
    for tab in tabs:
        assert await tab.settled() == ["news"]
    assert steps() == before + 1
    assert events_heard == [0, 1, 0]


async def test_a_burst_to_one_room_is_one_step_for_redis(tabs, steps):
    before = steps()
    await in_one_turn(*["tea"] * 20)
    assert steps() == before + 1
    for tab in tabs:
        await tab.settled()
        assert heard(tab) == [[number] for number in range(20)]


async def test_events_to_several_rooms_in_turn_come_in_the_order_of_all(tabs):
    await in_one_turn(*["tea", "tea", "cake", "tea", "cake", "cake"] * 3)
    for tab in tabs:
        await tab.settled()
        assert heard(tab) == [[number] for number in range(18)]


async def test_who_leaves_between_two_events_hears_the_first_alone(tabs):
    await asyncio.gather(io.send("tea", "news", 1), io.leave("anna", "tea"), io.send("tea", "news", 2))
    for tab in tabs:
        await tab.settled()
    assert [heard(tab) for tab in tabs] == [[[1]], [[1], [2]]]


async def test_a_redis_that_has_forgotten_the_script_carries_the_burst(tabs, redis):
    redis.ask("SCRIPT", "FLUSH")
    await in_one_turn(*["tea"] * 5)
    for tab in tabs:
        await tab.settled()
        assert heard(tab) == [[number] for number in range(5)]


async def test_a_burst_while_redis_is_away_reaches_the_sockets_of_this_node(tabs, redis):
    redis.freeze()
    await in_one_turn(*["tea"] * 5)
    assert heard(tabs[1]) or await tabs[1].settled()
    assert heard(tabs[1]) == [[number] for number in range(5)]
    redis.thaw()
