"""Two nodes on machines of their own, with Redis on a third, and cables that fail."""

import asyncio
import time
from contextlib import suppress
from functools import partial
from itertools import pairwise

import pytest

from engine.testing.redis_server import free_port
from engine.tests.nodes.place import Place
from engine.tests.nodes.residents import Resident, hear, is_in_order

pytestmark = [pytest.mark.slow, pytest.mark.may_take(600)]

CROWD = 3
RETRIES = 3
"""After how many the kernel of Redis' machine gives up a connection: some seconds. By default it takes 15 minutes."""


@pytest.fixture
def far_redis_url(plug_in, open_redis) -> str:
    """Where others reach a Redis on a machine of its own."""
    machine = plug_in()
    machine.run("sh", "-c", f"echo {RETRIES} > /proc/sys/net/ipv4/tcp_retries2")
    redis = open_redis("--bind", "0.0.0.0", "--protected-mode", "no", port=free_port(), inside=machine.inside)
    return f"redis://{machine.address}:{redis.port}"


@pytest.fixture
def settle(plug_in, far_redis_url, start_node, stay):
    """`place = await settle("one")` is a node of that name on a machine of its own, where its crowd is, too."""

    async def settle(name: str) -> Place:
        machine = plug_in()
        node = await start_node(name, far_redis_url, "news", inside=machine.inside)
        crowd = await stay([f"{name}{number}" for number in range(CROWD)], lambda _: [node.port], machine)
        return Place(name, node, crowd, machine.cable)

    return settle


async def test_a_machine_whose_cable_is_cut_goes_on_by_itself_and_comes_back_when_it_is_mended(settle, becomes):
    """Measured are 5 to 8 seconds until it knows that it is cut off, and 1 until it is back."""
    cut, other = await settle("cut"), await settle("other")
    await hear_each_other(cut, other, becomes)

    cut.cable.cut = True
    await becomes(partial(stands, cut, "away"))
    await becomes(partial(hear, cut.crowd, "cut", time.monotonic()))
    await becomes(partial(is_offline, "cut0", other.crowd[0]))
    assert await other.crowd[0].io("online", "other1")
    cut.cable.cut = False
    await becomes(partial(stands, cut, "here"))
    await hear_each_other(cut, other, becomes)

    assert [each.told for each in cut.crowd] == [["resync"]] * CROWD
    assert [each.told for each in other.crowd] == [[]] * CROWD
    for life in cut.lives + other.lives:
        assert all(is_in_order(life.news(name)) for name in ("cut", "other"))


async def test_a_cable_that_was_cut_for_a_second_loses_nothing(settle, becomes):
    one, two = await settle("one"), await settle("two")

    one.cable.cut = True
    await asyncio.sleep(1)
    one.cable.cut = False
    await hear_each_other(one, two, becomes)

    assert_nothing_lost(one, two)


@pytest.mark.parametrize(("delay_seconds", "loss"), [(0.02, 0.05), (0.15, 0)], ids=["loses some", "far away"])
async def test_a_cable_that_delays_and_loses_packets_loses_no_event(settle, becomes, delay_seconds, loss):
    one, two = await settle("one"), await settle("two")

    for place in (one, two):
        place.cable.delay_seconds, place.cable.loss = delay_seconds, loss
    await asyncio.sleep(5)
    for place in (one, two):
        place.cable.delay_seconds = place.cable.loss = 0
    await hear_each_other(one, two, becomes)

    assert_nothing_lost(one, two)


async def stands(place: Place, state: str) -> bool:
    # Whom it asks may be sent away by this very change.
    with suppress(ConnectionError):
        return (await place.crowd[0].call("standing"))["state"] == state
    return False


async def is_offline(user: str, watcher: Resident) -> bool:
    return not await watcher.io("online", user)


async def hear_each_other(one: Place, two: Place, becomes) -> None:
    for place in (one, two):
        await becomes(partial(hear, one.crowd + two.crowd, place.name, time.monotonic()))


def assert_nothing_lost(*places: Place) -> None:
    """Nobody's connection ended, and each has heard all news of both nodes, once and in order."""
    for place in places:
        assert all(len(each.lives) == 1 for each in place.crowd)
        for told in (life.news(each.name) for life in place.lives for each in places):
            assert all(one.number + 1 == next.number for one, next in pairwise(told))
