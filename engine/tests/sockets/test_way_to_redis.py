"""Two nodes whose way to Redis carries nothing, or leads to another one all of a sudden."""

import asyncio

import pytest

from engine.backplane.redis.state import State
from engine.testing.redis_server import free_port
from engine.tests.app import io
from engine.tests.people import ANNA, BOB

pytestmark = pytest.mark.two_nodes("swallower")


@pytest.fixture
def redis(open_redis):
    return open_redis("--repl-diskless-sync-delay", "0", port=free_port())


async def test_connections_that_carry_nothing_are_replaced_and_sockets_hear_their_own_node_meanwhile(
    quick, connect, received, swallower, are, all_arrive, nodes
):
    far, near = await connect(ANNA), await connect(ANNA)

    swallower.swallows = True
    await io.send("user::anna", "news", 1)
    assert await received(near, "news") == 1
    await are(State.AWAY)
    await io.send("user::anna", "news", 2)
    assert await received(near, "news") == 2
    swallower.swallows = False

    await all_arrive()
    assert "news" not in [name for name, *_ in far.events]
    assert nodes[0].backplane.counts.lost >= 2


@pytest.mark.slow
async def test_a_connection_that_carries_nothing_is_found_within_ten_seconds(connect, swallower, nodes, io_loop):
    began = io_loop.time()
    swallower.swallows = True

    async with asyncio.timeout(20):
        while any(node.backplane.bus.link.state is not State.AWAY for node in nodes):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    # Three seconds until the probe, five in which it is not answered; ticks that a busy machine delays count as one.
    assert io_loop.time() - began < 10


async def test_a_replica_that_takes_over_is_followed(
    connect, received, open_redis, redis, swallower, all_arrive, until
):
    replica = open_redis("--replicaof", "127.0.0.1", str(redis.port))
    await until(lambda: replica.ask("INFO", "replication")["master_link_status"] == "up")
    clients = [await connect(ANNA), await connect(BOB)]

    redis.stop()
    replica.ask("REPLICAOF", "NO", "ONE")
    swallower.target = str(replica.path)

    for client in clients:
        assert (await received(client, "closing"))["code"] == "resync"
    await all_arrive()


async def test_a_master_that_becomes_a_replica_is_left_for_the_one_that_took_over(
    quick, open_redis, redis, swallower, nodes, until, all_arrive
):
    replica = open_redis("--replicaof", "127.0.0.1", str(redis.port), port=free_port())
    await until(lambda: replica.ask("INFO", "replication")["master_link_status"] == "up")
    run = nodes[0].backplane.bus.link.server.run

    replica.ask("REPLICAOF", "NO", "ONE")
    swallower.target = str(replica.path)
    redis.ask("REPLICAOF", "127.0.0.1", str(replica.port))
    await until(lambda: all(node.backplane.bus.link.server.run != run for node in nodes))

    await all_arrive()
