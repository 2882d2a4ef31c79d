"""Guarantee 2: connection() runs once the client knows that it is connected, before its first event is handled."""

import asyncio
import json

import pytest

from engine.tests.app import io, socket_of
from engine.tests.people import ANNA, BOB

pytestmark = pytest.mark.contract


async def rooms_of(client) -> set:
    return socket_of(client).rooms


async def test_no_event_overtakes_connect(wire, hook):
    @hook
    async def connection(socket, user):
        await socket.send("first")
        await io.send("user::anna", "second")
        await io.broadcast("third")

    wire = await wire()

    assert (await wire.join("anna")).startswith('40{"sid"')
    assert [await wire.read() for _ in range(3)] == ['42["first"]', '42["second"]', '42["third"]']


async def test_no_event_overtakes_connect_of_a_client_that_polls(connect, received, hook):
    @hook
    async def connection(socket, user):
        await socket.send("first", 1)

    anna = await connect(ANNA, transports=["polling"])

    assert await received(anna, "first") == 1


async def test_the_hook_gets_the_socket_and_its_user(connect, received, hook):
    @hook
    async def connection(socket, user):
        await socket.send("who", [socket.id, user.id, socket.user.id, socket.ip, socket.db])

    anna = await connect(ANNA)

    assert await received(anna, "who") == [anna.id, "anna", "anna", "127.0.0.1", "the database"]


async def test_the_socket_is_in_its_users_room_before_its_acceptance_leaves(wire, hook):
    @hook
    async def connection(socket, user):
        await asyncio.Event().wait()

    wire = await wire()
    assert (await wire.join("anna")).startswith("40")

    assert await io.online("anna")
    await io.send("user::anna", "news")
    assert await wire.read() == '42["news"]'


async def test_events_wait_until_the_hook_is_done(connect, hook, heard):
    order, finish = [], asyncio.Event()

    @hook
    async def connection(socket, user):
        await finish.wait()
        order.append("hook")

    @io.on("step")
    async def step(socket, number):
        order.append(number)

    anna = await connect(ANNA)
    for number in (1, 2):
        await anna.emit("step", number)
    await heard("anna")
    assert order == []
    finish.set()
    await anna.settled()

    assert order == ["hook", 1, 2]


async def test_handlers_of_the_hook_are_there_for_the_first_event(connect, hook):
    @hook
    async def connection(socket, user):
        await asyncio.sleep(0)

        @socket.on("mine")
        async def mine(socket, payload):
            return [user.id, payload]

    anna = await connect(ANNA)

    assert await anna.call("mine", 1) == ["anna", 1]


async def test_a_hook_may_ask_its_client(connect, received, hook):
    @hook
    async def connection(socket, user):
        answers = [await socket.request("name?"), await io.request(user.id, "name?")]
        await socket.send("answers", answers)

    anna = await connect(ANNA)

    assert await received(anna, "answers") == [None, None]


async def test_a_hook_may_ask_a_client_that_has_emitted_a_lot_already(wire, hook, until):
    begin = asyncio.Event()

    @hook
    async def connection(socket, user):
        await begin.wait()
        await socket.send("answer", await socket.request("name?"))

    wire = await wire()
    await wire.join("anna")
    for number in range(80):
        await wire.send(f'42["step",{number}]')
    (link,) = io.server.eio.sockets.values()
    await until(lambda: link.carrier.paused)
    begin.set()

    assert await wire.read() == '421["name?"]'
    await wire.send('431["Anna"]')
    assert await wire.read() == '42["answer","Anna"]'


async def test_two_tabs_that_connect_at_once_wait_for_nobody(connect, received, hook):
    both = asyncio.Barrier(2)

    @hook
    async def connection(socket, user):
        await both.wait()
        await io.join(user.id, "tea")
        await io.request(user.id, "name?")
        await both.wait()
        await io.leave(user.id, "cake")
        await socket.send("done")

    tabs = await asyncio.gather(connect(ANNA), connect(ANNA))

    for tab in tabs:
        await received(tab, "done")
        assert await rooms_of(tab) == {"user::anna", "tea"}


class Pause:
    """A hook that joins a room by data which is old by then: it waits between reading and joining."""

    def __init__(self, *rooms, join=None):
        self.rooms, self.join = rooms, join
        self.read, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self, socket, user):
        self.read.set()
        await self.go.wait()
        for room in self.rooms:
            await (socket.join(room) if self.join == "socket" else io.join(user.id, room))
        await socket.send("done")


@pytest.mark.parametrize("join", ["io", "socket"])
async def test_a_leave_while_the_hook_runs_wins(connect, received, hook, join):
    paused = hook(Pause("tea", "cake", join=join))
    anna = await connect(ANNA)
    await paused.read.wait()

    await io.leave("anna", "tea")
    paused.go.set()
    await received(anna, "done")

    assert await rooms_of(anna) == {"user::anna", "cake"}
    assert await io.members("tea") == []


@pytest.mark.parametrize("join", ["io", "socket"])
async def test_a_close_while_the_hook_runs_wins(connect, received, hook, join):
    paused = hook(Pause("tea", "cake", join=join))
    anna = await connect(ANNA)
    await paused.read.wait()

    await io.close("tea")
    paused.go.set()
    await received(anna, "done")

    assert await rooms_of(anna) == {"user::anna", "cake"}


async def test_a_leave_wins_over_the_hooks_of_all_tabs(connect, received, hook):
    paused = hook(Pause("tea"))
    tabs = [await connect(ANNA), await connect(ANNA)]
    await paused.read.wait()

    await io.leave("anna", "tea")
    paused.go.set()

    for tab in tabs:
        await received(tab, "done")
        assert await rooms_of(tab) == {"user::anna"}


async def test_a_leave_before_the_hook_began_does_not_count(connect, received, hook):
    paused = hook(Pause("tea"))
    await io.leave("anna", "tea")

    anna = await connect(ANNA)
    paused.go.set()
    await received(anna, "done")

    assert "tea" in await rooms_of(anna)


async def test_anothers_leave_does_not_count(connect, received, hook):
    paused = hook(Pause("tea"))
    anna = await connect(ANNA)
    await paused.read.wait()

    await io.leave("bob", "tea")
    paused.go.set()
    await received(anna, "done")

    assert "tea" in await rooms_of(anna)


async def test_a_leave_counts_for_the_one_who_left_alone(connect, received, hook):
    bob = await connect(BOB)
    paused = Pause()

    @hook
    async def connection(socket, user):
        await paused(socket, user)
        await io.join("bob", "tea")
        await io.join("anna", "tea")
        await socket.send("joined")

    anna = await connect(ANNA)
    await paused.read.wait()
    await io.leave("anna", "tea")
    paused.go.set()
    await received(anna, "joined")

    assert "tea" in await rooms_of(bob)
    assert "tea" not in await rooms_of(anna)


async def test_a_join_after_the_leave_wins_in_turn(connect, received, hook):
    paused = hook(Pause("tea"))
    anna = await connect(ANNA)
    await paused.read.wait()

    await io.leave("anna", "tea")
    await io.join("anna", "tea")
    paused.go.set()
    await received(anna, "done")

    assert "tea" in await rooms_of(anna)


async def test_a_hooks_own_leave_does_not_stop_its_join(connect, received, hook):
    @hook
    async def connection(socket, user):
        await io.leave(user.id, "tea")
        await io.close("tea")
        await io.join(user.id, "tea")
        await socket.send("done")

    anna = await connect(ANNA)
    await received(anna, "done")

    assert "tea" in await rooms_of(anna)


async def test_after_the_hook_joins_are_as_good_as_any(connect, received, hook):
    paused = hook(Pause())
    anna = await connect(ANNA)
    await paused.read.wait()
    await io.leave("anna", "tea")
    paused.go.set()
    await received(anna, "done")

    @io.on("join")
    async def join(socket, payload):
        await io.join("anna", "tea")

    await anna.call("join")

    assert "tea" in await rooms_of(anna)


async def test_after_the_hook_what_it_has_started_may_join_as_well(connect, received, hook):
    read, go, later = asyncio.Event(), asyncio.Event(), asyncio.Event()
    started = []

    async def join_later():
        await later.wait()
        await io.join("anna", "tea")

    @hook
    async def connection(socket, user):
        started.append(asyncio.ensure_future(join_later()))
        read.set()
        await go.wait()

    anna = await connect(ANNA)
    await read.wait()
    await io.leave("anna", "tea")
    go.set()
    await anna.settled()
    later.set()
    await started[0]

    assert "tea" in await rooms_of(anna)


async def failing():
    raise LookupError("no rooms")


async def hanging():
    await asyncio.Event().wait()


async def awaiting_what_was_cancelled():
    other = asyncio.ensure_future(hanging())
    other.cancel()
    await other


FAILURES = [failing, hanging, awaiting_what_was_cancelled]


@pytest.mark.parametrize("fail", FAILURES)
async def test_a_hook_that_fails_closes_the_transport_with_a_reason(wire, hook, limits, fail):
    limits(hook_seconds=0.05)

    @hook
    async def connection(socket, user):
        await io.join(user.id, "tea")
        await fail()

    wire = await wire()
    await wire.join("anna")

    (closing,) = await wire.rest()
    event, reason = json.loads(closing[2:])
    assert (event, reason["code"]) == ("closing", "hook_failed")
    assert reason["message"]
    assert wire.code == 1008


@pytest.mark.parametrize("fail", FAILURES)
async def test_a_hook_that_fails_leaves_no_half_open_socket(connect, hook, limits, until, errors, fail):
    limits(hook_seconds=0.05)
    gone = []

    @io.on("step")
    async def step(socket, payload):
        gone.append("step")

    @hook
    async def connection(socket, user):
        @socket.on("disconnect")
        async def disconnect(socket, reason):
            gone.append(reason)

        await io.join(user.id, "tea")
        await asyncio.sleep(0)
        await fail()

    anna = await connect(ANNA)
    await anna.emit("step")
    await anna.closed()

    await until(lambda: gone and not tasks())
    assert gone == ["hook_failed"]
    assert not await io.online("anna")
    assert await io.members("tea") == []
    assert not io.server.eio.sockets
    assert [record.name for record in errors()] == ["realtime"]
    assert "anna" in errors()[0].getMessage()


def tasks() -> set:
    """What the engine still runs."""
    return io.node.services.tasks


async def test_a_client_that_leaves_ends_its_hook(connect, hook, until, errors):
    ended = []

    @hook
    async def connection(socket, user):
        try:
            await hanging()
        finally:
            ended.append(user.id)

    anna = await connect(ANNA)
    await anna.close()

    await until(lambda: ended and not tasks())
    assert ended == ["anna"]
    assert not errors()


async def test_a_user_may_be_disconnected_while_the_hook_runs(connect, received, hook, until, errors):
    hook(Pause("tea"))
    anna = await connect(ANNA)

    await io.disconnect("anna", "Enough.")

    assert await received(anna, "closing") == {"code": "kicked", "message": "Enough."}
    await anna.closed()
    await until(lambda: not tasks())
    assert await io.members("tea") == []
    assert not errors()


async def test_a_hook_may_send_its_own_socket_away(connect, received, hook, until, errors):
    @hook
    async def connection(socket, user):
        await socket.disconnect("Not you.")

    anna = await connect(ANNA)

    assert await received(anna, "closing") == {"code": "kicked", "message": "Not you."}
    await anna.closed()
    await until(lambda: not tasks())
    assert not errors()
