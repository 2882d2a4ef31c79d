"""Two nodes on one Redis, when Redis, the way to it or one of the nodes fails."""

import asyncio
import json
import logging

import pytest

from engine.backplane.redis.state import State
from engine.http.health import ReadyHandler
from engine.tests.app import io
from engine.tests.people import ANNA, BOB
from engine.tests.turns import idle_seconds

pytestmark = pytest.mark.two_nodes("redis")


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
    counts = nodes[0].backplane.counts
    # What was under way may be lost as well.
    lost = counts.lost
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
    assert counts.lost > lost
    assert [line for line in told(caplog) if f"{counts.lost} messages may not have reached" in line]


async def test_a_frozen_redis_delays_sockets_of_the_same_node_by_a_quarter_of_a_second(connect, received, redis, are):
    far, near = await connect(ANNA), await connect(ANNA)

    redis.freeze()
    began = idle_seconds()
    await io.send("user::anna", "news", 0)
    first = idle_seconds() - began
    for number in range(1, 50):
        await io.send("user::anna", "news", number)
    rest = idle_seconds() - began - first
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

    async with asyncio.timeout(30):
        for number in range(20):
            await io.join("anna", f"room{number}")
        await io.leave("anna", "room0")
        await io.close("room1")
        await io.online("anna")
        await io.members("room2")
        await io.connections()

    redis.thaw()


async def test_every_connection_may_be_killed(connect, redis, until, numbers, all_arrive):
    before = numbers()

    for client in redis.clients():
        redis.ask("CLIENT", "KILL", "ID", client["id"])
    await until(lambda: not numbers() & before)

    await all_arrive()


async def test_with_a_wrong_password_each_node_serves_its_own_until_it_is_right(
    connect, received, redis, are, nodes, all_arrive, caplog
):
    redis.ask("CONFIG", "SET", "requirepass", "secret")
    for client in redis.clients("secret"):
        redis.ask("CLIENT", "KILL", "ID", client["id"], password="secret")
    await are(State.AWAY)
    far, near = await connect(ANNA), await connect(ANNA)

    await io.send("user::anna", "news", 1)
    await asyncio.sleep(0.5)

    assert await received(near, "news") == 1
    assert await far.settled() == []
    assert len([line for line in told(caplog, logging.ERROR) if "NOAUTH" in line]) == len(nodes)
    redis.ask("CONFIG", "SET", "requirepass", "", password="secret")
    await all_arrive()


async def test_what_redis_refuses_to_carry_reaches_the_nodes_own_sockets_and_is_told_once(
    connect, received, redis, nodes, all_arrive, caplog
):
    _, near = await connect(ANNA), await connect(ANNA)
    redis.ask("ACL", "SETUSER", "default", "-publish")

    for number in range(100):
        await io.send("user::anna", "news", number)

    assert [await received(near, "news") for _ in range(100)] == [*range(100)]
    assert nodes[0].backplane.counts.lost == 100
    # It refuses to run the script that keeps what is sent, and then to publish without it.
    assert [line for line in told(caplog) if "refuses" in line] == told(caplog)
    assert len([line for line in told(caplog) if "NOPERM" in line]) == 1
    assert len(told(caplog)) == 2
    redis.ask("ACL", "SETUSER", "default", "+publish")
    await all_arrive()


async def test_whether_others_hear_of_this_node_is_told(redis, are, app, http_client, base_url):
    app.add_handlers(".*", [("/readyz", ReadyHandler)])

    assert (await http_client.fetch(f"{base_url}/readyz")).code == 200
    redis.stop()
    await are(State.AWAY)
    answer = await http_client.fetch(f"{base_url}/readyz", raise_error=False)

    assert answer.code == 503
    assert json.loads(answer.body) == {"ok": False, "database": "here", "other nodes": "away", "this one": "here"}
