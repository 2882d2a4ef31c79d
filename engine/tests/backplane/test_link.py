"""The connection to Redis: commands and replies, and what is heard on its channels."""

import asyncio

import pytest

from engine.backplane.redis.commands import pack
from engine.backplane.redis.connection import Call
from engine.backplane.redis.entering import Entering
from engine.backplane.redis.errors import RedisError
from engine.backplane.redis.state import State


class Spy:
    """A transport whose writes are noted."""

    def __init__(self, transport):
        self.transport, self.writes = transport, []

    def write(self, data):
        self.writes.append(data)
        self.transport.write(data)

    def __getattr__(self, name):
        return getattr(self.transport, name)


async def test_commands_are_answered_in_order(redis, open_link):
    link = await open_link(redis.url)

    replies = await asyncio.gather(*(link.call("ECHO", number) for number in range(1000)))

    assert replies == [b"%d" % number for number in range(1000)]


async def test_an_error_of_redis_is_raised_where_it_was_caused(redis, open_link):
    link = await open_link(redis.url)

    with pytest.raises(RedisError, match="wrong number of arguments"):
        await link.call("GET")

    assert await link.call("ECHO", "on") == b"on"


async def test_commands_of_one_turn_leave_in_one_write(redis, open_link):
    link = await open_link(redis.url)
    link._connection._transport = spy = Spy(link._connection._transport)

    await asyncio.gather(*(link.call("ECHO", number) for number in range(20)))

    assert len(spy.writes) == 1


async def test_what_is_to_be_done_where_a_reply_stands_is_done_before_anything_that_comes_after_it(
    redis, open_link, listen, until
):
    link = await open_link(redis.url)
    await listen(link, b"tea")
    entering = Entering(lambda reply: len(link.heard))

    link.send(pack("ECHO", "on"), entering)
    for number in range(20):
        link.send(pack("PUBLISH", "tea", number), Call())
    await until(lambda: len(link.heard) == 20)

    assert await entering.done == 0


async def test_what_is_published_is_heard_in_order(redis, open_link, listen, until):
    link = await open_link(redis.url)
    await listen(link, b"tea", b"cake")

    for number in range(2000):
        link.send(pack("PUBLISH", "tea" if number % 2 else "cake", number), Call())
    await until(lambda: len(link.heard) == 2000)

    assert [int(message) for _, message in link.heard] == list(range(2000))
    assert {channel for channel, _ in link.heard} == {b"tea", b"cake"}


async def test_what_is_not_wanted_any_more_is_not_heard(redis, open_link, listen):
    link = await open_link(redis.url)
    await listen(link, b"tea")

    link.give_up(b"tea")
    await link.call("ECHO", "on")

    assert await link.call("PUBLISH", "tea", "1") == 0
    assert link.heard == []


async def test_a_subscription_leaves_before_the_commands_of_its_turn(redis, open_link):
    link = await open_link(redis.url)

    publishing = asyncio.ensure_future(link.call("PUBLISH", "tea", "1"))
    link.want(b"tea")

    assert await publishing == 1


async def test_the_end_of_a_subscription_leaves_behind_the_commands_of_its_turn(redis, open_link, listen):
    link = await open_link(redis.url)
    await listen(link, b"tea")

    link.give_up(b"tea")

    assert await link.call("PUBLISH", "tea", "1") == 1


async def test_a_link_that_was_closed_leaves_nothing_behind(redis, open_link, until):
    link = await open_link(redis.url)

    await link.close()

    assert link.state is State.CLOSED
    await until(lambda: redis.clients() == [])


async def test_a_user_with_the_least_rights_will_do(redis, open_link, listen):
    rights = ["+hello", "+info", "+select", "+client|kill", "+client|setname", "+subscribe", "+unsubscribe", "+publish"]
    redis.ask("ACL", "SETUSER", "app", "on", ">secret", "resetchannels", "&tea*", *rights)
    link = await open_link(redis.url.replace("unix://", "unix://app:secret@"))

    await listen(link, b"tea")

    assert await link.call("PUBLISH", "tea", "1") == 1
