"""Who is alive (Engine.IO v4, "Heartbeat"). When, to the tick, is in test_heartbeat_in_time.py."""

import asyncio

import pytest

from engine.loop.wheel import TICK_SECONDS
from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.transport.raw import SEPARATOR, Closed, Connection

pytestmark = pytest.mark.slow

LATE_SECONDS = 3 * TICK_SECONDS
TIMEOUT_SECONDS = 1
"""Within which a client of these tests answers, on a machine however busy."""


@pytest.fixture
def fine_timer():
    """These tests are about the real one."""


@pytest.fixture
def hasty(server):
    server.limit(ping_interval_seconds=0.15, ping_timeout_seconds=TIMEOUT_SECONDS)
    return server


async def test_a_client_that_answers_is_pinged_again_and_again(hasty):
    websocket = await hasty.websocket("anna")
    for _ in range(3):
        assert await websocket.next() == "2"
        websocket.send("3")
    assert await io.online("anna")


async def test_a_client_that_does_not_answer_is_closed(hasty):
    websocket = await hasty.websocket("anna")
    assert await websocket.next() == "2"
    assert isinstance(await websocket.next(), Closed)
    await hasty.empty()
    assert not await io.online("anna")


@pytest.mark.parametrize("said", ["6", "3", "429[]", '42["echo"]'])
async def test_nothing_but_a_pong_answers_a_ping(hasty, said):
    websocket = await hasty.websocket("anna")
    websocket.send("6", "3")
    assert await websocket.next() == "2"
    if said != "3":
        websocket.send(said)
        assert isinstance(await websocket.next(), Closed)
        return
    websocket.send(said)
    assert await websocket.next() == "2"


async def test_a_client_that_polls_is_pinged(hasty):
    client = await hasty.polling("anna")
    for _ in range(3):
        assert (await client.poll()).text == "2"
        assert (await client.post("3")).body == b"ok"
    assert await io.online("anna")


async def test_a_client_that_stops_polling_is_gone_after_interval_and_timeout(hasty):
    client = await hasty.polling("anna")
    await until(lambda: not hasty.links)
    assert (await client.poll()).status == 400
    assert not await io.online("anna")


async def test_a_poll_that_waits_ends_with_a_client_that_does_not_answer(hasty):
    client = await hasty.polling("anna")
    assert (await client.poll()).text == "2"
    assert (await client.poll()).text == "1"
    assert (await client.poll()).status == 400


async def test_heartbeats_of_clients_that_came_together_are_spread(server):
    server.limit(ping_interval_seconds=1)
    for _ in range(200):
        await server.polling()
    due = sorted(link.next_ping for link in server.links.values())
    assert due[-1] - due[0] > 0.4
    assert all(due[start + 40] - due[start] > 0.03 for start in range(0, 160, 40))


async def test_a_client_whose_events_wait_is_not_taken_for_dead(hasty):
    release = asyncio.Event()
    io.on("wait")(lambda socket, payload: release.wait())
    websocket = await hasty.websocket("anna")
    websocket.send(*['42["wait"]'] * 100)
    await until(lambda: io.node.hub.socket(websocket.id, "/").link.carrier.paused)
    assert await websocket.next() == "2"
    websocket.send("3")
    await asyncio.sleep(TIMEOUT_SECONDS + LATE_SECONDS)
    assert await io.online("anna")
    release.set()
    await until(lambda: not io.node.hub.socket(websocket.id, "/").link.carrier.paused)
    assert await websocket.call("echo", 1) == [1]


async def test_a_client_that_polls_and_whose_events_wait_is_not_taken_for_dead(hasty):
    release = asyncio.Event()
    io.on("wait")(lambda socket, payload: release.wait())
    client = await hasty.polling("anna")
    post = asyncio.ensure_future(client.post(*['42["wait"]'] * 100))
    await until(lambda: hasty.links[client.sid].carrier.paused)
    asyncio.get_running_loop().call_later(0.2, release.set)
    assert (await client.poll()).text == "2"
    assert (await post).body == b"ok"
    assert (await client.post("3")).body == b"ok"
    assert await io.online("anna")


@pytest.mark.parametrize("leave", ["close", "reset"])
async def test_a_client_that_is_gone_is_missed_though_what_it_has_sent_may_not_be_read_yet(hasty, leave):
    hasty.limit(events_per_second=1)
    websocket, other = await hasty.websocket("anna"), await hasty.websocket("bert")
    link = io.node.hub.socket(websocket.id, "/").link
    for each in (websocket, other):
        each.send(*["6"] * 5000)
    await until(lambda: link.carrier.paused)
    getattr(websocket.connection, leave)()
    await until(lambda: link.closed)
    await asyncio.sleep(TIMEOUT_SECONDS + LATE_SECONDS)
    assert (await io.online("anna"), await io.online("bert")) == (False, True)


async def test_so_is_one_who_has_answered_all_pings_to_come(hasty):
    hasty.limit(events_per_second=200, ping_timeout_seconds=5)
    websocket = await hasty.websocket("anna")
    websocket.send(*["3"] * 200_000)
    await until(lambda: io.node.hub.socket(websocket.id, "/").link.carrier.paused)
    websocket.connection.reset()
    await hasty.empty()


@pytest.mark.parametrize("leave", ["close", "reset"])
async def test_so_is_one_who_has_posted_it(hasty, leave):
    hasty.limit(events_per_second=1)
    client, post = await hasty.polling("anna"), await Connection.open(hasty.port)
    post.ask("POST", client.query, body=SEPARATOR.join(["6"] * 5000))
    await until(lambda: hasty.links[client.sid].carrier.paused)
    getattr(post, leave)()
    await hasty.empty()
