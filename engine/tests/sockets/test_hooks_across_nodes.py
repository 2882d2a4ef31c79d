"""A hook on one node, and what happens on others meanwhile: in a hook `io` speaks for the node that it runs on."""

import asyncio
import time

import pytest

from engine.testing.nodes import Frozen
from engine.tests.app import io, socket_of
from engine.tests.people import ANNA, BOB, CARL

pytestmark = pytest.mark.two_nodes("redis")


@pytest.fixture
def pausing(hook):
    """`@pausing` has a hook of Anna's begin and wait for `pausing.go`; what it then does is the function."""

    def pausing(function):
        @hook
        async def connection(socket, user):
            if user.id == "anna":
                pausing.begun.set()
                await pausing.go.wait()
                await function()
                await socket.send("done")

    pausing.begun, pausing.go = asyncio.Event(), asyncio.Event()
    return pausing


@pytest.mark.parametrize("end", [lambda: io.leave("carl", "tea"), lambda: io.close("tea")], ids=["leave", "close"])
async def test_a_third_user_who_was_taken_out_meanwhile_is_not_joined_where_the_hook_knows_no_socket_of_theirs(
    connect, received, pausing, nodes, end
):
    @pausing
    async def join_carl():
        await io.join("carl", "tea")

    await connect(BOB)
    carl = await connect(CARL)
    connecting = asyncio.ensure_future(connect(ANNA))
    await pausing.begun.wait()
    await end()
    pausing.go.set()
    await received(await connecting, "done")

    assert not nodes[1].hub.members("user::carl")
    assert "tea" not in socket_of(carl).rooms


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "as a list"])
async def test_a_hook_that_joins_twenty_rooms_waits_a_second_in_all_for_a_node_that_is_frozen(
    connect, received, pausing, nodes, at_once
):
    rooms, took = [f"room{number}" for number in range(20)], []

    @pausing
    async def join_all():
        began = time.monotonic()
        for each in [rooms] if at_once else rooms:
            await io.join("anna", each)
        took.append(time.monotonic() - began)

    pausing.go.set()
    await received(await connect(ANNA), "done")
    frozen = Frozen(nodes[1])
    near = await connect(ANNA)
    await received(near, "done")
    frozen.thaw()

    assert set(rooms) < socket_of(near).rooms
    # One by one for each room it would be twenty.
    assert took[1] < 5


async def test_a_leave_that_another_node_asks_for_wins_over_the_hooks_join(connect, received, pausing, nodes):
    @pausing
    async def join():
        await io.join("anna", "tea")

    connecting = asyncio.ensure_future(connect(ANNA))
    await pausing.begun.wait()
    await io.leave("anna", "tea")
    pausing.go.set()
    anna = await connecting
    await received(anna, "done")

    assert "tea" not in socket_of(anna).rooms


async def test_a_tab_on_one_node_keeps_its_rooms_when_the_tab_on_the_other_leaves(connect, received, nodes, until):
    far, near = await connect(ANNA), await connect(ANNA)
    await io.join("anna", "tea")

    await far.close()
    await until(lambda: not nodes[1].hub.members("tea"))
    await io.send("tea", "news", 1)

    assert await received(near, "news") == 1
