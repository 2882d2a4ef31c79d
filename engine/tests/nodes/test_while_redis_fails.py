"""Two nodes as processes: what their own sockets notice of it when Redis, the way to it, or a third node fails.

One without Redis runs beside them: what it does slowly, the machine does.
"""

import time
from itertools import pairwise

import pytest

from engine.tests.nodes.faults import FAULTS, OF_A_NODE, ON_THE_WAY
from engine.tests.nodes.place import Place
from engine.tests.nodes.residents import hear, is_in_order

pytestmark = [pytest.mark.slow, pytest.mark.may_take(600)]

CROWD = 10


@pytest.fixture
def settle(start_node, stay):
    """`place = await settle("one", redis.url)` is a node of that name and a crowd that stays there."""

    async def settle(name: str, redis_url: str = "") -> Place:
        node = await start_node(name, redis_url, "news")
        return Place(name, node, await stay([f"{name}{number}" for number in range(CROWD)], lambda _: [node.port]))

    return settle


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__.replace("_", " "))
async def test_sockets_hear_their_own_node_and_are_answered(way, fault, settle, start_node, becomes):
    url = way.swallower.url if fault in ON_THE_WAY else way.redis.url
    one, two = nodes = [await settle(name, url) for name in ("one", "two")]
    control = await settle("control")
    if fault in OF_A_NODE:
        way.node = await start_node("another", url, "news")
    for place in (*nodes, control):
        place.open()

    await fault(way)
    since = time.monotonic()
    for place in nodes:
        await becomes(lambda name=place.name: hear(one.crowd + two.crowd, name, since))
    for place in (*nodes, control):
        await place.close()

    slowest, answered = control.waits[-1], control.slowest_acks()
    for place in nodes:
        # Whatever the node has told while the connection lived.
        assert all(one.number + 1 == next.number for told in place.own for one, next in pairwise(told))
        late = [wait for wait in place.waits if wait > 0.25 + slowest]
        # A node has more to do than the one without Redis, whose clients do not all connect again.
        assert len(late) <= len(place.waits) / 5
        assert place.slowest_acks() < max(0.1, 3 * answered)
        assert {*place.codes} == {200}
        # Of the other node some is lost, but nothing comes twice.
        assert all(is_in_order(life.news(name)) for life in place.lives for name in ("one", "two"))
        assert "Traceback" not in place.node.said
