"""A handler is a task of its own, also where it begins at once: nothing that it can see tells when it began."""

import asyncio
import sys
from contextvars import ContextVar

import pytest

from engine.testing.websocket_client import client_frame
from engine.tests.app import io, socket_of
from engine.tests.people import ANNA, BOB

shade = ContextVar("shade", default="none")


@pytest.fixture
def answer_of(connect):
    """What the client gets of a handler that is `call(socket)`."""

    async def answer_of(call):
        @io.on("do")
        async def do(socket, payload):
            return await call(socket)

        anna = await connect(ANNA)
        return await anna.call("do")

    return answer_of


async def test_a_handler_may_bound_its_first_wait(answer_of):
    async def do(socket):
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            return "too long"

    assert await answer_of(do) == "too long"


async def test_a_handler_may_have_other_tasks_work_for_it(answer_of):
    async def double(number):
        await asyncio.sleep(0)
        return 2 * number

    async def do(socket):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(double(number)) for number in range(3)]
        return [task.result() for task in tasks]

    assert await answer_of(do) == [0, 2, 4]


async def test_one_of_its_tasks_that_fails_ends_the_others(answer_of):
    ended = []

    async def wait():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def fail():
        raise KeyError

    async def do(socket):
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(wait())
                group.create_task(fail())
        except* KeyError:
            ended.append("failed")
        return ended

    assert await answer_of(do) == ["cancelled", "failed"]


async def test_a_handler_knows_its_task_before_and_after_it_waits(answer_of):
    async def do(socket):
        task = asyncio.current_task()
        known = [task in asyncio.all_tasks(), socket.worker is task]
        await asyncio.sleep(0)
        return [*known, asyncio.current_task() is task]

    assert await answer_of(do) == [True, True, True]


async def test_context_variables_are_the_handlers_own(connect):
    @io.on("shade")
    async def change(socket, value):
        before = shade.get()
        shade.set(value)
        await asyncio.sleep(0)
        return [before, shade.get()]

    @io.on("shade at once")
    async def change_at_once(socket, value):
        before = shade.get()
        shade.set(value)
        return [before, shade.get()]

    anna, bob = await connect(ANNA), await connect(BOB)

    for client in (anna, bob, anna):
        for event in ("shade", "shade at once"):
            assert await client.call(event, "blue") == ["none", "blue"]
    assert shade.get() == "none"


async def test_what_a_handler_does_not_catch_of_a_wait_that_was_cancelled_is_an_error(answer_of):
    async def do(socket):
        waiting = asyncio.get_running_loop().create_future()
        waiting.cancel()
        await waiting

    assert (await answer_of(do))["error"]["name"] == "InternalError"


async def test_an_error_before_the_first_wait_is_in_the_ack_and_the_socket_lives_on(connect):
    @io.on("fail")
    async def fail(socket, payload):
        raise KeyError(payload)

    anna = await connect(ANNA)

    for _ in range(3):
        assert (await anna.call("fail"))["error"]["name"] == "InternalError"


async def test_a_handler_that_cancels_its_own_task_ends_at_its_next_wait(connect, until):
    ended = []

    @io.on("cancel")
    async def cancel(socket, payload):
        asyncio.current_task().cancel()
        ended.append("not yet")
        try:
            await asyncio.sleep(0)
        finally:
            ended.append("now")

    anna = await connect(ANNA)
    await anna.emit("cancel")
    await until(lambda: "now" in ended)

    assert ended == ["not yet", "now"]


async def test_a_handler_that_waits_can_be_cancelled_from_outside(connect, until):
    ended = []

    @io.on("wait")
    async def wait(socket, payload):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(socket.user_id)

    anna = await connect(ANNA)
    await anna.emit("wait")
    await until(lambda: socket_of(anna).worker)
    socket_of(anna).worker.cancel()
    await until(lambda: ended)

    assert ended == ["anna"]


@pytest.mark.parametrize("turns", [0, 1])
async def test_a_handler_may_ask_its_own_client(connect, turns):
    @io.on("begin")
    async def begin(socket, payload):
        for _ in range(turns):
            await asyncio.sleep(0)
        return [await socket.request("name?"), await io.request("anna", "name?")]

    anna = await connect(ANNA)

    @anna.socket.on("name?")
    async def name(*_):
        return "Anna"

    assert await anna.call("begin") == ["Anna", "Anna"]


@pytest.mark.parametrize("turns", [0, 1])
async def test_a_socket_that_its_handler_ends_is_gone_once_the_handler_is(wire, until, turns):
    order = []

    @io.on("leave")
    async def leave(socket, payload):
        await socket.disconnect("Enough.")
        for _ in range(turns):
            await asyncio.sleep(0)
        order.append("handler")

    @io.on("disconnect")
    async def disconnect(socket, reason):
        order.append(reason)

    wire = await wire()
    await wire.join("anna")
    await wire.send('421["leave"]')
    await until(lambda: len(order) == 2)

    assert order == ["handler", "kicked"]
    assert await wire.read() == '42["closing",{"code":"kicked","message":"Enough."}]'
    assert await wire.read() == "41"


async def test_what_a_handler_sends_to_itself_is_handled_after_it(wire):
    """The client sends back what it gets, which comes while the handler runs or later."""
    depth = []

    @io.on("again")
    async def again(socket, number):
        depth.append(number)
        await io.send("user::anna", "again", number + 1)
        depth.append(number)

    wire = await wire()
    await wire.join("anna")
    await wire.send('42["again",0]')
    for number in range(1, 20):
        assert await wire.read() == f'42["again",{number}]'
        await wire.send(f'42["again",{number}]')
    await wire.read()

    assert depth == [number for number in range(20) for _ in range(2)]


async def test_events_that_come_while_a_handler_waits_are_handled_after_it(wire):
    order, go = [], asyncio.Event()

    @io.on("first")
    async def first(socket, payload):
        order.append("first begins")
        await go.wait()
        order.append("first ends")

    @io.on("next")
    async def following(socket, number):
        order.append(number)
        if number == 2:
            go.set()
        return number

    wire = await wire()
    await wire.join("anna")
    await wire.send('42["first"]')
    for number in range(3):
        await wire.send(f'42{number}["next",{number}]')
    go.set()

    assert [await wire.read() for _ in range(3)] == [f"43{number}[{number}]" for number in range(3)]
    assert order == ["first begins", "first ends", 0, 1, 2]


@pytest.mark.parametrize("events", [1, 2])
async def test_when_a_handler_begins(connect, events):
    """At once if Python can, and nothing else has come with its event; never in the middle of reading."""
    begun = []

    @io.on("begin")
    async def begin(socket, number):
        begun.append(number)

    anna = await connect(ANNA)
    websocket = socket_of(anna).link.carrier
    websocket.data_received(client_frame(b'42["begin",0]') * events)

    assert len(begun) == (events == 1 and sys.version_info >= (3, 12))
    await anna.settled()
    assert begun == [0] * events


async def test_a_handler_does_not_begin_inside_another(connect, until):
    """What was held back is read while another task asks the client, which would wait for the handler."""
    asking, begun = [], []

    @io.on("begin")
    async def begin(socket, payload):
        begun.append(list(asking))

    anna = await connect(ANNA)
    socket, websocket = socket_of(anna), socket_of(anna).link.carrier
    websocket.pause_reading()
    websocket.data_received(client_frame(b'42["begin"]'))
    asking.append("asks")
    websocket.resume_reading()
    asking.clear()
    await until(lambda: begun)

    assert begun == [[]]
    assert socket.worker is None
