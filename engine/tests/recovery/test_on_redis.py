"""What stands in Redis of those who may come back, and what becomes of them when it fails."""

import pytest

from engine.backplane.redis.state import State
from engine.emitter import emitter
from engine.recovery import away
from engine.tests.app import io, socket_of
from engine.tests.people import ANNA, BOB

pytestmark = pytest.mark.two_nodes("redis")
ROOM = io.user_room(ANNA.id)


@pytest.fixture
def cut(until):
    """`await cut(node)` returns once a node's connection to Redis is replaced, and calls `meanwhile()` without any."""

    async def cut(node, meanwhile=None):
        link = node.backplane.bus.link
        before = link.server
        link._connection.abort("the test has cut it")
        if meanwhile:
            await meanwhile()
        await until(lambda: link.server != before and node.backplane.ready)

    return cut


@pytest.fixture
def come_and_go(tab, gone, back):
    """`assert await come_and_go()`: whoever comes now, and is lost, comes back to what was sent meanwhile."""

    async def come_and_go() -> bool:
        client = await gone(await tab())
        await io.send(ROOM, "news", "meanwhile")
        again = await back(client)
        return (again.recovered, again.events) == (True, [("news", "meanwhile")])

    return come_and_go


async def test_an_empty_database_brings_nobody_back(tab, gone, back, redis, come_and_go):
    first = await gone(await tab())
    redis.ask("FLUSHALL")
    await io.send(ROOM, "news", 1)
    again = await back(first)
    assert (again.recovered, again.events) == (False, [])
    assert await come_and_go()


async def test_where_the_sequence_alone_is_lost_nobody_comes_back(tab, gone, back, redis, come_and_go):
    first = await gone(await tab())
    redis.ask("DEL", *redis.ask("KEYS", "*:sequence"))
    await io.send(ROOM, "news", 1)
    assert (await back(first)).recovered is False
    assert await come_and_go()


async def test_another_redis_brings_nobody_back(tab, gone, back, redis, are, come_and_go):
    first = await gone(await tab())
    redis.stop()
    await are(State.AWAY)
    redis.start()
    await are(State.HERE)
    assert (await back(first)).recovered is False
    assert await come_and_go()


async def test_a_redis_that_comes_back_with_what_it_has_saved_brings_nobody_back(
    tab, gone, back, redis, are, come_and_go
):
    first = await gone(await tab())
    redis.ask("SAVE")
    await io.send(ROOM, "news", 1)
    redis.stop()
    await are(State.AWAY)
    redis.start()
    await are(State.HERE)
    assert redis.ask("KEYS", "*:pid:*") != []
    assert (await back(first)).recovered is False
    assert await come_and_go()


async def test_what_was_sent_while_redis_was_away_lets_nobody_come_back(tab, gone, back, nodes, cut, come_and_go):
    first = await gone(await tab())
    await cut(nodes[0], lambda: io.send(ROOM, "news", 1))
    assert nodes[0].backplane.counts.lost > 0
    assert (await back(first)).recovered is False
    assert await come_and_go()


async def test_a_node_that_has_lost_its_connection_brings_those_of_others_back(tab, gone, back, nodes, cut):
    first = await gone(await tab())
    await cut(nodes[0])
    await io.send(ROOM, "news", 1)
    assert (await back(first)).events == [("news", 1)]


async def test_its_own_clients_have_missed_something_and_begin_anew(tab, back, nodes, cut, until, knows):
    first = await tab()
    await cut(nodes[1], lambda: io.send(ROOM, "news", 1))
    await until(lambda: not knows(first))
    assert (await back(first)).recovered is False


async def test_scripts_that_redis_has_forgotten_are_told_it_again(tab, gone, back, redis, come_and_go):
    first = await gone(await tab())
    redis.ask("SCRIPT", "FLUSH")
    await io.send(ROOM, "news", 1)
    await io.send(ROOM, "news", 2)
    assert (await back(first)).events == [("news", 1), ("news", 2)]


async def test_with_its_memory_full_events_reach_all_nodes_and_nobody_comes_back(tab, gone, back, redis, come_and_go):
    lost, stays = await gone(await tab()), await tab()
    far = await tab()
    redis.ask("CONFIG", "SET", "maxmemory", "1")
    await io.send(ROOM, "news", 1)
    for each in (stays, far):
        assert await each.settle() == [("news", 1)]
    redis.ask("CONFIG", "SET", "maxmemory", "0")
    assert (await back(lost)).recovered is False
    assert await come_and_go()


async def test_where_keys_may_be_evicted_nobody_comes_back(tab, redis, nodes, cut):
    redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    for node in nodes:
        await cut(node)
    assert (await tab()).pid is None


async def test_what_a_worker_sends_is_kept_as_well(tab, gone, back, redis, nodes):
    first = await gone(await tab())
    prefix = nodes[0].backplane.bus.channels.everybody.decode().rpartition(":")[0]
    async with emitter(redis.url, prefix=prefix) as outside:
        await outside.send(ROOM, "news", 1)
        await outside.broadcast("news", 2)
        await outside.join(ANNA.id, "tea")
    again = await back(first)
    assert again.events == [("news", 1), ("news", 2)]
    assert socket_of(again).rooms == {ROOM, "tea"}


async def test_all_that_is_kept_has_the_prefix_and_ends_by_itself(tab, gone, redis, nodes, office):
    await gone(await tab())
    await tab(office.issue(BOB))
    await io.join(BOB.id, "tea")
    await io.send(["tea", ROOM], "news", 1)
    await io.broadcast("news", 2)
    prefix = nodes[0].backplane.bus.channels.everybody.rpartition(b":")[0]
    keys = redis.ask("KEYS", "*")
    assert {key.split(b":")[1] for key in keys} == {b"sequence", b"log", b"pid", b"away"}
    assert [key for key in keys if not key.startswith(prefix + b":")] == []
    assert [key for key in keys if redis.ask("TTL", key) <= 0] == []


async def test_of_one_user_the_latest_are_kept_who_are_away(tab, gone, redis, nodes, monkeypatch):
    monkeypatch.setattr(away, "MOST_OF_USER", 3)
    stays = await tab()
    lost = [await gone(await tab()) for _ in range(7)]
    for node in nodes:
        await node.backplane.bus.link.call("PING")
    kept = {key.rpartition(b":")[2].decode() for key in redis.ask("KEYS", "*:pid:*")}
    assert kept == {each.pid for each in (stays, *lost[-3:])}


async def test_a_log_has_300_entries_and_a_megabyte(tab, redis):
    for number in range(310):
        await io.send("tea", "news", number)
    (log,) = redis.ask("KEYS", "*:log:tea")
    assert redis.ask("LLEN", log) == 300
    for _ in range(40):
        await io.send("tea", "news", "x" * 60_000)
    assert sum(map(len, redis.ask("LRANGE", log, 0, -1))) < 1024 * 1024 + 64 * 1024 + 300 * 100


async def test_of_a_large_event_only_its_number_is_kept(tab, redis):
    await io.send("tea", "news", "x" * 100_000)
    (log,) = redis.ask("KEYS", "*:log:tea")
    assert len(redis.ask("LINDEX", log, 0)) == 28
