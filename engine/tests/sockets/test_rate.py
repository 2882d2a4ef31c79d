"""Events over the rate wait: nothing is refused, nobody is closed, and what the server asks for comes through."""

import asyncio

import pytest

from engine.errors import NotConnected
from engine.tests.app import io, socket_of
from engine.tests.people import ANNA
from engine.transport.carrier import Reading
from engine.transport.input import PORTION_BYTES

pytestmark = pytest.mark.contract


@pytest.fixture
def steps():
    """The numbers that the event `step` was emitted with, in the order in which they were handled."""
    steps = []

    @io.on("step")
    async def step(socket, number):
        steps.append(number)
        return number

    return steps


async def test_events_over_the_rate_wait_and_are_answered_in_order(wire, limits, steps):
    limits(events_per_second=100)
    wire = await wire()
    await wire.join("anna")

    for number in range(270):
        await wire.send(f'42{number}["step",{number}]')

    assert [await wire.read() for _ in range(270)] == [f"43{number}[{number}]" for number in range(270)]
    assert steps == [*range(270)]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_handler_is_answered_while_its_client_floods(connect, limits, transport):
    limits(events_per_second=1, events_waiting=4)
    begun, go = asyncio.Event(), asyncio.Event()

    @io.on("begin")
    async def begin(socket, payload):
        begun.set()
        await go.wait()
        return await socket.request("name?")

    anna = await connect(ANNA, transports=[transport])

    @anna.socket.on("name?")
    async def name(*_):
        return "Anna"

    answer = asyncio.ensure_future(anna.call("begin"))
    await begun.wait()
    for number in range(50):
        await anna.emit("step", number)
    go.set()

    # By the rate it would be the better part of a minute.
    assert await answer == "Anna"
    # What it says itself at its end would wait behind what it has emitted.
    await io.disconnect("anna")
    await anna.closed()


async def test_what_waits_is_bounded_while_the_server_asks_as_well(wire, limits, nodes, until, steps):
    limits(events_per_second=1e6, events_waiting=4, events_asked=50)

    @io.on("begin")
    async def begin(socket, payload):
        asking = asyncio.ensure_future(socket.request("name?", timeout=60))
        await until(lambda: socket.link.carrier.reading is Reading.PAUSED)
        asking.cancel()
        return len(socket.inbox)

    wire = await wire()
    await wire.join("anna")
    await wire.send('421["begin"]')
    assert await wire.read() == '421["name?"]'
    for number in range(2000):
        await wire.send(f'42["step",{number}]')
    await wire.send('422["step","last"]')

    # It reads no further than that, so that an answer behind all this comes too late; nothing else is lost.
    waited = int((await wire.read())[len("431[") : -1])
    assert 50 <= waited <= 50 + PORTION_BYTES // len('42["step",0]')
    assert await wire.read() == '432["last"]'
    assert steps == [*range(2000), "last"]


async def test_answers_that_the_server_waits_for_cost_nothing(connect, limits):
    limits(events_per_second=1)
    anna = await connect(ANNA)

    @anna.socket.on("next?")
    async def following(number):
        return number + 1

    # By the rate it would be minutes.
    assert [await io.request("anna", "next?", number) for number in range(100)] == [*range(1, 101)]


async def test_who_is_told_to_renew_its_token_can_though_a_lot_is_before_that(wire, limits, office):
    limits(events_per_second=1, events_waiting=4, expiry_notice_seconds=60)
    wire = await wire()
    await wire.join(office.issue(ANNA, 30))
    assert "token:expiring" in await wire.read()
    for number in range(50):
        await wire.send(f'42["step",{number}]')

    await wire.send(f'421["token:renew",{{"token":"{office.issue(ANNA, 300)}"}}]')

    packets = [await wire.read() for _ in range(51)]
    assert any(packet.startswith('431[{"ok":true') for packet in packets)


@pytest.mark.slow
async def test_a_client_that_waits_for_its_time_is_not_taken_for_dead(connect, limits, steps):
    limits(events_per_second=50, ping_interval_seconds=0.2, ping_timeout_seconds=0.2)
    anna = await connect(ANNA)
    link = socket_of(anna).link

    for number in range(200):
        await anna.emit("step", number)

    assert await anna.call("step", 200) == 200
    assert link.sid in [each.sid for each in io.node.eio.sockets.values()] or not link.closed
    assert steps == [*range(201)]


async def test_nobody_waits_for_an_answer_of_one_who_has_left_meanwhile(wire, limits, until):
    limits(events_per_second=1)
    failed = asyncio.get_running_loop().create_future()

    @io.on("begin")
    async def begin(socket, payload):
        try:
            await socket.request("name?", timeout=60)
        except NotConnected:
            failed.set_result(True)

    wire = await wire()
    await wire.join("anna")
    await wire.send('42["begin"]')
    assert await wire.read() == '421["name?"]'
    wire.close()

    async with asyncio.timeout(5):
        assert await failed
