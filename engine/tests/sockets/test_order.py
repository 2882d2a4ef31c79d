"""Guarantees 3 and 4: one client's events are handled in turn; what one task sends arrives in order, once."""

import asyncio

import pytest
from engineio.payload import Payload

from engine.tests.app import io, socket_of
from engine.tests.people import ANNA, BOB

pytestmark = pytest.mark.contract


@pytest.fixture(autouse=True)
def patient_client(monkeypatch):
    """The client of these tests would take no more than 16 packets in one answer to its poll; others have no limit."""
    monkeypatch.setattr(Payload, "max_decode_packets", 1000)


@pytest.fixture
def steps():
    """The event `step` notes when its handler begins and ends; "slow" ends once `steps.go` is set."""

    class Steps(list):
        go = asyncio.Event()

    steps = Steps()

    @io.on("step")
    async def step(socket, name):
        steps.append((socket.user_id, name, "begins"))
        if name == "slow":
            await steps.go.wait()
        await asyncio.sleep(0)
        steps.append((socket.user_id, name, "ends"))

    return steps


async def test_events_of_one_client_are_handled_one_after_another(connect, steps):
    anna = await connect(ANNA)

    for name in range(20):
        await anna.emit("step", name)
    await anna.settled()

    assert steps == [("anna", name, end) for name in range(20) for end in ("begins", "ends")]


async def test_no_event_begins_before_the_one_before_it_has_ended(connect, steps, heard):
    anna = await connect(ANNA)

    await anna.emit("step", "slow")
    await anna.emit("step", "quick")
    await heard("anna")
    assert steps == [("anna", "slow", "begins")]
    steps.go.set()
    await anna.settled()

    assert [name for _, name, _ in steps] == ["slow", "slow", "quick", "quick"]


async def test_a_slow_handler_holds_up_nobody_else(connect, steps):
    anna, tab, bob = await connect(ANNA), await connect(ANNA), await connect(BOB)

    await anna.emit("step", "slow")
    await tab.call("step", "tab")
    await bob.call("step", "bob")

    assert ("anna", "slow", "ends") not in steps
    steps.go.set()


async def test_acks_come_in_the_order_of_the_events(wire):
    @io.on("wait")
    async def wait(socket, turns):
        for _ in range(turns):
            await asyncio.sleep(0)

    wire = await wire()
    await wire.join("anna")

    for ack_id, turns in enumerate([9, 0, 5, 0, 2]):
        await wire.send(f'42{ack_id}["wait",{turns}]')

    assert [await wire.read() for _ in range(5)] == [f"43{ack_id}[]" for ack_id in range(5)]


async def test_a_handler_may_wait_for_an_answer_of_its_own_client(connect):
    @io.on("begin")
    async def begin(socket, payload):
        return [await socket.request("name?"), await io.request("anna", "name?")]

    anna = await connect(ANNA)

    @anna.socket.on("name?")
    async def name(*_):
        return "Anna"

    assert await anna.call("begin") == ["Anna", "Anna"]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_handler_may_wait_for_an_answer_though_a_lot_waits_behind_it(connect, until, limits, transport):
    limits(events_waiting=4)
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
    for number in range(20):
        await anna.emit("step", number)
    carrier = socket_of(anna).link.carrier
    await until(lambda: carrier.paused)
    go.set()

    assert await answer == "Anna"
    assert "error" in await anna.settled()


async def test_a_client_that_emits_faster_than_it_is_served_waits_and_loses_nothing(connect, limits, steps, until):
    limits(events_waiting=4)
    anna = await connect(ANNA)

    await anna.emit("step", "slow")
    for name in range(50):
        await anna.emit("step", name)
    await until(lambda: socket_of(anna).link.carrier.paused)
    steps.go.set()
    await anna.settled()

    assert [name for _, name, end in steps if end == "ends"] == ["slow", *range(50)]


async def test_what_one_task_sends_arrives_in_that_order_once(connect, received):
    anna, bob = await connect(ANNA), await connect(BOB)
    for user_id in ("anna", "bob"):
        await io.join(user_id, "tea")

    for number in range(200):
        await io.send("tea", "news", number)

    for client in (anna, bob):
        assert [await received(client, "news") for _ in range(200)] == list(range(200))
        assert "news" not in await client.settled()


async def test_what_one_task_sends_over_many_turns_arrives_in_that_order(connect, received):
    anna = await connect(ANNA)

    for number in range(60):
        await io.send("user::anna", "news", number)
        if number % 3 == 0:
            await asyncio.sleep(0)

    assert [await received(anna, "news") for _ in range(60)] == list(range(60))


async def test_events_with_attachments_stay_in_order(connect, received):
    anna = await connect(ANNA)

    for number in range(50):
        await io.send("user::anna", "news", bytes([number]) if number % 2 else number)

    assert [await received(anna, "news") for _ in range(50)] == [bytes([n]) if n % 2 else n for n in range(50)]


async def test_events_stay_in_order_when_polled(connect, received):
    anna = await connect(ANNA, transports=["polling"])

    for number in range(200):
        await io.send("user::anna", "news", number)
        if number % 20 == 0:
            await asyncio.sleep(0.001)

    assert [await received(anna, "news") for _ in range(200)] == list(range(200))
    assert "news" not in await anna.settled()


@pytest.mark.slow
async def test_events_stay_in_order_through_an_upgrade(connect, received, io_loop):
    sent = []

    async def send():
        while len(sent) < 300:
            sent.append(len(sent))
            await io.broadcast("news", sent[-1])
            await asyncio.sleep(0.001)

    anna = await connect(ANNA, transports=["polling"])
    await anna.close()
    sending = asyncio.ensure_future(send())
    anna = await connect(ANNA, transports=["polling", "websocket"])
    await sending

    numbers = [await received(anna, "news")]
    while numbers[-1] != 299:
        numbers.append(await received(anna, "news"))
    assert numbers == list(range(numbers[0], 300))


async def test_an_ack_stands_in_order_with_what_its_handler_sent(wire):
    @io.on("begin")
    async def begin(socket, payload):
        await socket.send("one")
        await io.send("user::anna", "two")
        return "three"

    wire = await wire()
    await wire.join("anna")
    await wire.send('421["begin"]')

    assert [await wire.read() for _ in range(3)] == ['42["one"]', '42["two"]', '431["three"]']
