"""What comes on the channels of two nodes and is not theirs, or more than Redis carries."""

import pytest

from engine.backplane.contents import PLAIN
from engine.backplane.messages import VERSION, encode
from engine.backplane.redis.bundle import NUMBERED, SEVERAL, joined
from engine.tests.people import ANNA
from engine.wire.packet import encode_event

pytestmark = pytest.mark.two_nodes("redis")


STRAYS = {
    "a scalar": b"5",
    "null": b"null",
    "deep JSON": b"[" * 100_000,
    "no UTF-8": b"\xff\xfe",
    "an older version": b"RT\x00" + bytes(100),
    "a newer version": b"RT\x02" + bytes(100),
    "an unknown kind": VERSION + b"\xff" + bytes(100),
    "of another library": b'{"method":"emit"}',
    "nothing": b"",
    "a number alone": NUMBERED + bytes(8),
    "several that are cut off": SEVERAL + b"\xff" * 8,
}


@pytest.mark.parametrize("stray", STRAYS.values(), ids=STRAYS)
async def test_strays_are_dropped_and_counted_and_cost_no_connection(
    connect, nodes, redis, until, numbers, all_arrive, stray
):
    await connect(ANNA)
    channels, before = nodes[1].backplane.bus.channels, numbers()

    for channel in (channels.everybody, channels.room("user::anna"), channels.node(nodes[1].backplane.bus.id)):
        redis.ask("PUBLISH", channel, stray)
    await until(lambda: nodes[1].backplane.counts.dropped == 3)

    await all_arrive()
    assert numbers() == before


async def test_what_stands_beside_a_stray_in_one_message_arrives(connect, received, nodes, redis):
    anna = await connect(ANNA)
    events = [encode(b"somebody", number, PLAIN, encode_event("news", number)) for number in (1, 2)]
    before = nodes[1].backplane.counts.dropped

    redis.ask("PUBLISH", nodes[1].backplane.bus.channels.room("user::anna"), joined([events[0], b"5", events[1]]))

    assert [await received(anna, "news") for _ in events] == [1, 2]
    assert nodes[1].backplane.counts.dropped == before + 1


async def test_a_message_larger_than_redis_carries_costs_both_connections_once(
    connect, redis, nodes, until, numbers, all_arrive
):
    before = numbers()

    redis.ask("PUBLISH", nodes[0].backplane.bus.channels.everybody, b"x" * 33 * 1024 * 1024)
    await until(lambda: not numbers() & before)

    await all_arrive()


async def test_a_large_message_that_redis_does_carry_is_dropped_and_counted(
    connect, redis, nodes, until, numbers, all_arrive
):
    before = numbers()
    redis.ask("CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0")

    redis.ask("PUBLISH", nodes[0].backplane.bus.channels.everybody, b"x" * 33 * 1024 * 1024)
    await until(lambda: all(node.backplane.counts.dropped == 1 for node in nodes))

    await all_arrive()
    assert numbers() == before
