"""What runs when a client is gone: once, with the reason, and nothing of it stays, whatever the handlers do."""

import asyncio

import pytest

from engine.tests.app import io
from engine.tests.people import ANNA


@pytest.fixture
def gone(hook):
    """What the disconnect handler of each socket noted: user, reason, rooms, and who was in the room `tea`."""
    noted = []

    @hook
    async def connection(socket, user):
        await socket.join("tea")
        socket.data["greeting"] = "hello"

        @socket.on("disconnect")
        async def disconnect(socket, reason):
            noted.append((user.id, reason, socket.rooms, socket.data["greeting"], await io.members("tea")))

    return noted


def note(reason):
    return ("anna", reason, {"user::anna", "tea"}, "hello", [])


async def leaves(wire):
    await wire.send("41")


async def closes(wire):
    wire.close()


async def breaks(wire):
    wire.connection.stream.close()


async def ends_the_session(wire):
    await wire.send("1")


async def breaks_the_protocol(wire):
    await wire.send("x")


async def is_thrown_out(wire):
    await io.disconnect("anna", "Enough.")


async def is_disconnected_underneath(wire):
    await io.server.disconnect(next(iter(io.node.hub.sockets["/"])))


async def falls_silent(wire):
    (link,) = io.server.eio.sockets.values()
    link.pong_due = link.heard = 0
    io.server.eio.wheel.schedule(link, 0)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (leaves, "client disconnect"),
        (closes, "transport close"),
        (breaks, "transport close"),
        (ends_the_session, "transport close"),
        (breaks_the_protocol, "parse error"),
        (is_thrown_out, "kicked"),
        (is_disconnected_underneath, "kicked"),
        (falls_silent, "ping timeout"),
    ],
)
async def test_the_handler_runs_once_with_the_reason_when_the_client(wire, gone, until, limits, end, reason):
    limits(connect_seconds=0.1)
    wire = await wire()
    await wire.join("anna")
    await wire.send('421["settled?"]')
    await wire.read()

    await end(wire)

    await until(lambda: gone and not io.server.eio.sockets and not io.node.services.tasks)
    assert gone == [note(reason)]
    assert io.node.hub.sockets == {"/": {}}
    assert io.node.hub.rooms == {"/": {}}
    assert not io.node.hub.held


async def test_the_handler_of_the_app_runs_for_everybody(connect, until):
    gone = []

    @io.on("disconnect")
    async def disconnect(socket, reason):
        gone.append((socket.user, socket.rooms))

    anna = await connect(ANNA)
    await anna.close()

    await until(lambda: gone)
    assert gone == [(ANNA, {"user::anna"})]


@pytest.mark.parametrize("legacy", [False, True])
async def test_the_handler_of_the_server_underneath_runs_and_knows_the_rooms(connect, until, legacy):
    gone = []

    async def disconnect(sid, reason):
        gone.append((sid, sorted(io.server.rooms(sid)), await io.server.get_session(sid)))

    async def disconnect_as_before(sid):
        await disconnect(sid, None)

    io.server.on("disconnect", disconnect_as_before if legacy else disconnect)
    anna = await connect(ANNA)
    sid = anna.id
    await io.join("anna", "tea")
    await io.server.save_session(sid, {"seen": 1})
    await anna.close()

    await until(lambda: gone)
    assert gone == [(sid, sorted([sid, "tea", "user::anna"]), {"seen": 1})]


async def awaits_what_was_cancelled():
    other = asyncio.ensure_future(asyncio.Event().wait())
    other.cancel()
    await other


async def raises():
    raise LookupError("a bug")


@pytest.mark.parametrize("fail", [raises, awaits_what_was_cancelled])
async def test_handlers_that_raise_are_logged_once_each_and_leave_no_ghost(connect, hook, until, errors, fail):
    gone = []

    @hook
    async def connection(socket, user):
        await socket.join("tea")

        @socket.on("disconnect")
        async def disconnect(socket, reason):
            await fail()

    @io.on("disconnect")
    async def disconnect(socket, reason):
        await fail()

    @io.server.on("disconnect")
    async def underneath(sid, reason):
        gone.append(reason)
        await fail()

    anna = await connect(ANNA)
    await anna.settled()
    await anna.close()

    await until(lambda: gone and not io.node.services.tasks)
    assert len(errors()) == 3
    assert all("anna" in record.getMessage() for record in errors())
    assert io.node.hub.sockets == {"/": {}}
    assert await io.members("tea") == []
    assert not io.node.hub.held


async def test_a_handler_that_hangs_leaves_no_ghost(connect, until):
    begun = asyncio.Event()

    @io.on("disconnect")
    async def disconnect(socket, reason):
        begun.set()
        await asyncio.Event().wait()

    anna = await connect(ANNA)
    await io.join("anna", "tea")
    await anna.close()
    await begun.wait()

    assert await io.members("tea") == []
    assert not await io.online("anna")
    assert not io.server.eio.sockets


async def test_the_handler_runs_after_the_event_that_is_being_handled(wire, until):
    order, go = [], asyncio.Event()

    @io.on("step")
    async def step(socket, payload):
        order.append("begins")
        await go.wait()
        order.append("ends")

    @io.on("disconnect")
    async def disconnect(socket, reason):
        order.append("disconnect")

    wire = await wire()
    await wire.join("anna")
    await wire.send('42["step"]')
    await until(lambda: order)
    wire.close()
    await until(lambda: not io.server.eio.sockets)
    assert order == ["begins"]
    go.set()

    await until(lambda: len(order) == 3)
    assert order == ["begins", "ends", "disconnect"]


async def test_what_a_client_emitted_before_it_left_is_handled(wire, until):
    steps = []

    @io.on("step")
    async def step(socket, number):
        await asyncio.sleep(0)
        steps.append(number)

    wire = await wire()
    await wire.join("anna")
    for number in range(5):
        await wire.send(f'42["step",{number}]')
    await wire.send("41")

    await until(lambda: len(steps) == 5 and not io.node.services.tasks)
    assert steps == [0, 1, 2, 3, 4]


async def test_what_a_client_emitted_before_it_was_thrown_out_is_not(wire, until):
    steps, go = [], asyncio.Event()

    @io.on("step")
    async def step(socket, number):
        steps.append(number)
        await go.wait()

    wire = await wire()
    await wire.join("anna")
    (socket,) = io.node.hub.sockets["/"].values()
    await wire.send('42["step",1]')
    await wire.send('42["step",2]')
    await until(lambda: steps and socket.inbox)
    await io.disconnect("anna")
    go.set()
    await wire.rest()

    assert steps == [1]


async def test_no_handler_runs_for_who_was_never_accepted(wire, gone):
    ran = []

    @io.on("disconnect")
    async def disconnect(socket, reason):
        ran.append(reason)

    wire = await wire()
    await wire.join("nobody")
    await wire.rest()

    assert gone == ran == []


async def test_what_the_handler_sends_to_its_own_socket_goes_nowhere(connect, until, errors):
    sent = []

    @io.on("disconnect")
    async def disconnect(socket, reason):
        await socket.send("news")
        await socket.join("tea")
        sent.append(await io.members("tea"))

    anna = await connect(ANNA)
    await anna.close()

    await until(lambda: sent)
    assert sent == [[]]
    assert not errors()
