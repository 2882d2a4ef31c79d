"""What the connection does when Redis, or the way to it, fails."""

import asyncio
import logging
import time

import pytest

from engine.backplane.redis import connection as connections
from engine.backplane.redis.commands import pack
from engine.backplane.redis.errors import Away
from engine.backplane.redis.state import State
from engine.tests.turns import idle_seconds


class Waiter:
    """Waits for a reply, and notes what becomes of it."""

    def __init__(self):
        self.fate = []

    def answered(self, reply):
        self.fate.append(reply)

    def delayed(self):
        self.fate.append("delayed")

    def lost(self, why):
        self.fate.append("lost")


async def test_a_redis_that_is_away_at_the_start_is_told_once_and_joined_later(redis, open_link, until, told):
    redis.stop()

    link = await open_link(redis.url)
    assert link.state is State.AWAY
    await asyncio.sleep(0.5)
    redis.start()
    await until(lambda: link.state is State.HERE)

    assert len(told(logging.ERROR)) == 1
    assert await link.call("ECHO", "on") == b"on"


async def test_one_that_was_killed_and_comes_back_empty_is_used_within_two_seconds(
    redis, open_link, listen, until, told
):
    link = await open_link(redis.url)
    await listen(link, b"tea")

    redis.stop()
    await until(lambda: link.state is State.AWAY)
    await asyncio.sleep(1)
    redis.start()
    began = idle_seconds()
    await until(lambda: link.state is State.HERE)

    assert idle_seconds() - began < 2
    assert await link.call("PUBLISH", "tea", "1") == 1
    assert link.heard == [(b"tea", b"1")]
    assert link.states == [State.HERE, State.AWAY, State.HERE]
    assert len(told()) == 3


async def test_commands_fail_at_once_while_redis_is_away(redis, open_link, until):
    link = await open_link(redis.url)
    redis.stop()
    await until(lambda: link.state is State.AWAY)

    with pytest.raises(Away):
        link.send(pack("PING"), Waiter())
    with pytest.raises(Away):
        await link.call("PING")


async def test_who_waits_for_a_reply_learns_that_the_connection_is_lost(redis, open_link):
    link, waiter = await open_link(redis.url), Waiter()
    redis.freeze()
    link.send(pack("PING"), waiter)
    waiting = asyncio.ensure_future(link.call("PING"))
    await asyncio.sleep(0)
    redis.process.kill()

    with pytest.raises(ConnectionResetError):
        await waiting

    assert waiter.fate[-1] == "lost"


async def test_a_connection_that_was_killed_is_replaced_and_subscribed(redis, open_link, listen, until):
    link = await open_link(redis.url)
    await listen(link, b"tea")

    for client in redis.clients():
        redis.ask("CLIENT", "KILL", "ID", client["id"])
    await until(lambda: link.states[-2:] == [State.AWAY, State.HERE])

    assert redis.ask("PUBLISH", "tea", "1") == 1


async def test_a_frozen_redis_is_noticed_within_250_ms_and_nothing_is_lost(redis, open_link, until, told):
    link, waiter = await open_link(redis.url), Waiter()

    redis.freeze()
    link.send(pack("ECHO", "on"), waiter)
    await until(lambda: link.state is State.SILENT)
    assert waiter.fate == ["delayed"]
    redis.thaw()
    await until(lambda: link.state is State.HERE)

    assert waiter.fate == ["delayed", b"on"]
    assert len(told(logging.WARNING)) == 1


async def test_the_time_for_which_our_own_loop_was_busy_does_not_count(redis, open_link):
    link = await open_link(redis.url)

    replying = asyncio.ensure_future(link.call("PING"))
    await asyncio.sleep(0)
    time.sleep(0.6)  # noqa: ASYNC251 - it is what the test is about
    await replying

    assert link.states == [State.HERE]


async def test_a_connection_that_is_open_but_carries_nothing_is_replaced(
    redis, swallower, open_link, listen, until, quick
):
    link = await open_link(swallower.url)
    await listen(link, b"tea")

    swallower.swallows = True
    await until(lambda: link.state is State.AWAY)
    swallower.swallows = False
    await until(lambda: link.state is State.HERE)

    assert await link.call("PUBLISH", "tea", "1") == 1


async def test_a_connection_that_was_replaced_is_killed_in_redis(redis, swallower, open_link, listen, until, quick):
    link = await open_link(swallower.url)
    await listen(link, b"tea")

    swallower.swallows = swallower.keeps = True
    await until(lambda: link.state is State.AWAY)
    assert redis.ask("PUBLISH", "tea", "1") == 1
    swallower.swallows = False
    await until(lambda: link.state is State.HERE)

    assert redis.ask("PUBLISH", "tea", "2") == 1
    await until(lambda: link.heard == [(b"tea", b"2")])


async def test_nobody_elses_connection_is_killed_because_redis_counts_anew(redis, open_link, until):
    link = await open_link(redis.url)
    number = link.server.client
    redis.stop()
    await until(lambda: link.state is State.AWAY)
    redis.start()
    others = [await open_link(redis.url) for _ in range(number + 2)]
    await until(lambda: link.state is State.HERE)

    assert all(other.states == [State.HERE] for other in others)


async def test_a_wrong_password_is_told_once_and_tried_again(open_redis, open_link, until, told):
    redis = open_redis("--requirepass", "secret")

    link = await open_link(redis.url.replace("unix://", "unix://:wrong@"))
    assert link.state is State.AWAY
    await asyncio.sleep(0.3)
    assert ["WRONGPASS" in line for line in told(logging.ERROR)] == [True]

    redis.ask("CONFIG", "SET", "requirepass", "wrong", password="secret")
    await until(lambda: link.state is State.HERE)


async def test_a_refusal_is_told_though_redis_was_away_for_another_reason(open_redis, open_link, until, told):
    redis = open_redis()
    link = await open_link(redis.url)
    redis.command += ["--requirepass", "secret"]
    redis.stop()
    redis.start()

    await until(lambda: any("NOAUTH" in line for line in told(logging.ERROR)))

    assert link.state is State.AWAY
    assert len(told(logging.ERROR)) == 2


async def test_a_subscription_that_is_refused_ends_the_connection_with_the_reason(redis, open_link, until, told):
    redis.ask("ACL", "SETUSER", "app", "on", ">secret", "resetchannels", "&tea*", "+@all")
    link = await open_link(redis.url.replace("unix://", "unix://app:secret@"))

    link.want(b"cake")
    await until(lambda: any("NOPERM" in line for line in told()))

    assert link.state is State.AWAY


async def test_a_replica_is_of_no_use(open_redis, open_link, told):
    replica = open_redis("--replicaof", "127.0.0.1", "1")

    assert (await open_link(replica.url)).state is State.AWAY
    assert "replica" in told(logging.ERROR)[0]


async def test_a_master_that_becomes_a_replica_is_left(redis, open_link, until, quick):
    link = await open_link(redis.url)

    redis.ask("REPLICAOF", "127.0.0.1", "1")
    await until(lambda: link.state is State.AWAY)
    redis.ask("REPLICAOF", "NO", "ONE")
    await until(lambda: link.state is State.HERE)


async def test_what_is_no_redis_is_told(tmp_path, open_link, told):
    async def greet(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_unix_server(greet, tmp_path / "web.sock"):
        link = await open_link(f"unix://{tmp_path}/web.sock")
        await link.close()

    assert "no Redis" in told(logging.ERROR)[0]


async def test_a_redis_that_does_not_read_costs_a_fixed_number_of_bytes(redis, open_link, until, monkeypatch):
    monkeypatch.setattr(connections, "UNSENT_BYTES", 100_000)
    link = await open_link(redis.url)
    redis.freeze()

    waiters = [Waiter() for _ in range(200)]
    for waiter in waiters:
        link.send(pack("ECHO", b"x" * 10_000), waiter)
    await until(lambda: link.state is State.AWAY)
    redis.thaw()
    await until(lambda: link.state is State.HERE)

    assert all(waiter.fate == ["lost"] for waiter in waiters)


async def test_a_reply_without_end_is_given_up(redis, open_link, until, monkeypatch):
    monkeypatch.setattr(connections, "ANSWER_BYTES", 1_000_000)
    link = await open_link(redis.url)

    with pytest.raises(ConnectionResetError):
        await link.call("EVAL", "return string.rep('x', 5000000)", 0)

    await until(lambda: link.states[-2:] == [State.AWAY, State.HERE])


async def test_a_message_larger_than_redis_carries_costs_the_connection_once(redis, open_link, listen, until):
    link = await open_link(redis.url)
    await listen(link, b"tea")

    redis.ask("PUBLISH", "tea", b"x" * 33 * 1024 * 1024)
    await until(lambda: link.states[-2:] == [State.AWAY, State.HERE])
    redis.ask("PUBLISH", "tea", "on")

    await until(lambda: link.heard == [(b"tea", b"on")])


async def test_a_connection_that_passed_the_limit_of_its_output_buffer_is_replaced(redis, open_link, listen, until):
    redis.ask("CONFIG", "SET", "client-output-buffer-limit", "pubsub 100000 0 0")
    link = await open_link(redis.url)
    await listen(link, b"tea")

    redis.ask("PUBLISH", "tea", b"x" * 200_000)
    await until(lambda: link.states[-2:] == [State.AWAY, State.HERE])
    redis.ask("PUBLISH", "tea", "on")

    await until(lambda: link.heard == [(b"tea", b"on")])
