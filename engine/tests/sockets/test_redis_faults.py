"""Two nodes on one Redis, when Redis, the way to it or one of the nodes fails.

The first client is on the second node, the next on the first; `io` speaks for the first.
"""

import asyncio
import json
import logging
import time

import pytest

from engine.backplane.redis.state import State
from engine.http.health import ReadyHandler
from engine.testing.client import Client
from engine.testing.nodes import Frozen
from engine.tests.app import io, socket_of
from engine.tests.people import ANNA, BOB


@pytest.fixture
def on_two_nodes():
    return True


@pytest.fixture
def redis_url(redis):
    return redis.url


@pytest.fixture
def are(nodes, until):
    """`await are(State.AWAY)` returns once both nodes stand so with Redis."""

    async def are(state):
        await until(lambda: all(node.backplane.bus.link.state is state for node in nodes))

    return are


def told(caplog, level=logging.WARNING):
    return [each.getMessage() for each in caplog.records if each.name == "realtime" and each.levelno >= level]


async def test_sockets_hear_their_own_node_while_redis_is_away(connect, received, redis, are):
    far, near = await connect(ANNA), await connect(ANNA)
    redis.stop()
    await are(State.AWAY)

    await io.send("user::anna", "news", 1)
    await io.join("anna", "tea")
    await io.send(["tea", "cake"], "news", 2)
    await io.broadcast("news", 3)

    assert [await received(near, "news") for _ in range(3)] == [1, 2, 3]
    assert await far.settled() == []
    assert (await io.online("anna"), len(await io.members("tea")), len(await io.connections())) == (True, 1, 1)
    near.socket.on("name?", lambda *_: "Anna")
    assert await io.request("anna", "name?") == "Anna"


async def test_who_connects_while_redis_is_away_is_let_in(connect, received, redis, are):
    redis.stop()
    await are(State.AWAY)

    await connect(ANNA)
    near = await connect(ANNA)
    await io.send("user::anna", "news", 1)

    assert await received(near, "news") == 1


async def test_after_redis_was_away_those_who_may_have_missed_something_connect_anew(
    connect, received, redis, are, nodes, caplog
):
    clients = [await connect(ANNA), await connect(BOB)]
    redis.stop()
    await are(State.AWAY)
    await io.broadcast("news")
    redis.start()
    await are(State.HERE)

    for client in clients:
        assert (await received(client, "closing"))["code"] == "resync"
        await client.closed()
    anna = await connect(ANNA)
    await io.join("anna", "tea")
    await io.send("tea", "news", "again")

    assert await received(anna, "news") == "again"
    assert nodes[0].backplane.counts.lost == 1
    assert [line for line in told(caplog) if "1 messages may not have reached" in line]


async def test_a_frozen_redis_delays_sockets_of_the_same_node_by_a_quarter_of_a_second(connect, received, redis, are):
    far, near = await connect(ANNA), await connect(ANNA)

    redis.freeze()
    began = time.monotonic()
    await io.send("user::anna", "news", 0)
    first = time.monotonic() - began
    for number in range(1, 50):
        await io.send("user::anna", "news", number)
    rest = time.monotonic() - began - first
    assert [await received(near, "news") for _ in range(50)] == list(range(50))
    assert await far.settled() == []
    redis.thaw()
    await are(State.HERE)

    # What comes back after all is delivered once, and in order.
    assert [await received(far, "news") for _ in range(50)] == list(range(50))
    await io.send("user::anna", "news", 50)
    assert (await received(near, "news"), await received(far, "news")) == (50, 50)
    assert "closing" not in await near.settled() + await far.settled()
    assert first < 1
    assert rest < 0.25


async def test_calls_return_while_redis_is_frozen(connect, redis):
    await connect(ANNA)
    await connect(ANNA)
    redis.freeze()

    async with asyncio.timeout(4):
        for number in range(20):
            await io.join("anna", f"room{number}")
        await io.leave("anna", "room0")
        await io.close("room1")
        await io.online("anna")
        await io.members("room2")
        await io.connections()

    redis.thaw()


async def test_every_connection_may_be_killed(connect, received, redis, nodes, are, until):
    for client in redis.clients():
        redis.ask("CLIENT", "KILL", "ID", client["id"])
    await until(lambda: all(node.backplane.bus.link.server.client > 4 for node in nodes))
    await are(State.HERE)
    anna = await connect(ANNA)

    for number in range(200):
        await io.send("user::anna", "news", number)

    assert [await received(anna, "news") for _ in range(200)] == list(range(200))


async def test_a_failover_to_a_replica_is_followed(connect, received, open_redis, redis, are, nodes, tmp_path):
    first = nodes[0].backplane.bus.link.server.run
    replica = open_redis()
    redis.stop()
    await are(State.AWAY)
    # The address is the same, the server behind it another.
    redis.path.unlink(missing_ok=True)
    redis.path.symlink_to(replica.path)
    await are(State.HERE)
    anna = await connect(ANNA)
    await io.send("user::anna", "news", 1)

    assert await received(anna, "news") == 1
    assert nodes[0].backplane.bus.link.server.run != first


async def test_a_node_that_does_not_answer_is_waited_for_once_and_a_second_in_all(connect, nodes, received):
    await connect(ANNA)
    near = await connect(ANNA)
    frozen = Frozen(nodes[1])

    began = time.monotonic()
    for number in range(20):
        await io.join("anna", f"room{number}")
    took = time.monotonic() - began
    await io.send("room19", "news", 1)

    assert await received(near, "news") == 1
    assert 0.9 < took < 2
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

    began = time.monotonic()
    await io.join("anna", "cake")

    assert time.monotonic() - began < 0.5
    assert {"tea", "cake"} < socket_of(far).rooms
    frozen.thaw()
    await far.close()


async def test_whether_others_hear_of_this_node_is_told(redis, are, app, http_client, base_url):
    app.add_handlers(".*", [("/readyz", ReadyHandler)])

    assert (await http_client.fetch(f"{base_url}/readyz")).code == 200
    redis.stop()
    await are(State.AWAY)
    answer = await http_client.fetch(f"{base_url}/readyz", raise_error=False)

    assert answer.code == 503
    assert json.loads(answer.body) == {"ok": False, "database": "here", "other nodes": "away", "this one": "here"}
