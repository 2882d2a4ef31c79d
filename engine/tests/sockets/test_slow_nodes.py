"""Two nodes on one Redis, one of which does not read, or not fast enough."""

import pytest

from engine.backplane.redis.state import State
from engine.testing.client import Client
from engine.testing.nodes import Frozen
from engine.tests.app import io, socket_of
from engine.tests.people import ANNA
from engine.tests.turns import idle_seconds

pytestmark = pytest.mark.two_nodes("redis")


async def test_a_node_that_does_not_answer_is_waited_for_once_and_a_second_in_all(connect, nodes, received):
    await connect(ANNA)
    near = await connect(ANNA)
    frozen = Frozen(nodes[1])

    began = idle_seconds()
    await io.join("anna", "room0")
    first = idle_seconds() - began
    for number in range(1, 20):
        await io.join("anna", f"room{number}")
    rest = idle_seconds() - began - first
    await io.send("room19", "news", 1)

    assert await received(near, "news") == 1
    assert first < 2
    assert rest < 0.9
    frozen.thaw()


async def test_a_node_that_answers_again_is_waited_for_again(connect, nodes, until):
    far = await connect(ANNA)
    await connect(ANNA)
    frozen = Frozen(nodes[1])
    await io.join("anna", "tea")
    assert nodes[0].backplane.peers.silent
    frozen.thaw()
    await until(lambda: not nodes[0].backplane.peers.silent)

    await io.join("anna", "cake")

    assert {"tea", "cake"} < socket_of(far).rooms


@pytest.fixture
def third(beside, serve_beside, make):
    return serve_beside(make)


async def test_a_node_that_does_not_answer_does_not_hide_another(connect, nodes, third, io_loop):
    await connect(ANNA)
    far = Client(third.url)
    await far.open(ANNA.jwt)
    frozen = Frozen(nodes[1])
    await io.join("anna", "tea")
    assert nodes[0].backplane.peers.silent == {nodes[1].backplane.bus.id}

    began = idle_seconds()
    await io.join("anna", "cake")

    assert idle_seconds() - began < 0.9
    assert {"tea", "cake"} < socket_of(far).rooms
    frozen.thaw()
    await far.close()


async def test_a_node_that_reads_too_slowly_is_cut_off_and_holds_up_nobody(
    connect, received, redis, nodes, until, all_arrive
):
    redis.ask("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1000000 0 0")
    far, near = await connect(ANNA), await connect(ANNA)
    frozen, slow = Frozen(nodes[1]), nodes[1].backplane.bus.link.server.client

    for number in range(200):
        await io.send("user::anna", "news", [number, "x" * 50_000])
        assert (await received(near, "news"))[0] == number
    assert slow not in {int(client["id"]) for client in redis.clients()}
    assert nodes[0].backplane.bus.link.state is State.HERE
    frozen.thaw()

    assert (await received(far, "closing"))["code"] == "resync"
    numbers = [payload[0] for name, payload in far.events if name == "news"]
    assert numbers == [*range(len(numbers))]
    await all_arrive()
    assert "closing" not in await near.settled()
