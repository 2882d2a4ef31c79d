"""Room for what clients send: for one client, for all together, and for so long."""

import asyncio
import json

import pytest

from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.transport.raw import Closed, Connection

LARGE = 200_000
PLACE = '{"_placeholder":true,"num":0}'


def event(size: int, name: str = "wait") -> str:
    return f'42["{name}","{"x" * size}"]'


@pytest.fixture
def intake(server):
    server.limit(message_bytes=LARGE + 100, events_per_second=1e6)
    return io.node.eio.intake


@pytest.fixture
def release(server):
    """Set it, and the handlers of `wait` go on."""
    release = asyncio.Event()

    @io.on("wait")
    async def wait(socket, payload):
        await release.wait()

    return release


class Sender:
    """One that sends a large event over either transport, and waits for its answer."""

    def __init__(self, kind: str):
        self.kind = kind

    async def send(self, server, packet: str) -> None:
        if self.kind == "websocket":
            self.websocket = await server.websocket("bert")
            self.websocket.send(packet)
        else:
            self.polling, self.posting = await server.polling("bert"), await Connection.open(server.port)
            self.posting.ask("POST", self.polling.query, body=packet)

    async def next(self) -> str:
        if self.kind == "websocket":
            return await self.websocket.receive()
        return (await self.polling.poll()).packets[0]


@pytest.fixture(params=["websocket", "polling"])
def sender(request):
    return Sender(request.param)


async def fill(server, intake):
    """Have somebody hold all the room there is."""
    server.limit(unhandled_bytes=LARGE + 1000)
    first = await server.websocket("anna")
    first.send(event(LARGE))
    await until(lambda: intake.total >= LARGE)


async def test_what_one_client_has_waiting_is_bounded_by_bytes(server, intake, release):
    websocket = await server.websocket("anna")
    websocket.send(*[event(LARGE)] * 8, '421["echo",1]')
    socket = io.node.hub.socket(websocket.id, "/")
    await until(lambda: socket.link.carrier.paused and len(socket.inbox or ()) >= 1)
    # The third made it pause, and of the fourth no more has been read than how long it is.
    assert 3 * LARGE <= intake.total < 4 * LARGE + 1000
    release.set()
    assert await websocket.next() == "431[1]"
    await until(lambda: intake.total == 0)
    assert not intake.held


async def test_an_answer_is_read_behind_large_events(server, intake):
    @io.on("ask")
    async def ask(socket, payload):
        return await socket.request("question", timeout=5)

    websocket = await server.websocket("anna")
    websocket.send(f'427["ask","{"x" * LARGE}"]', event(LARGE, "echo"), event(LARGE, "echo"))
    assert await websocket.next() == '421["question"]'
    websocket.send('431["yes"]')
    assert await websocket.next() == '437["yes"]'


async def test_what_a_client_has_waiting_is_forgotten_with_it(server, intake, release):
    websocket = await server.websocket("anna")
    websocket.send(*[event(LARGE)] * 2)
    await until(lambda: intake.total >= 2 * LARGE)
    websocket.connection.reset()
    await until(lambda: not server.links)
    release.set()
    await until(lambda: not intake.held and intake.total == 0)


async def test_a_large_message_waits_for_room_and_is_handled_then(server, intake, release, sender):
    await fill(server, intake)
    await sender.send(server, f'427["echo","{"x" * LARGE}"]')
    await until(lambda: intake.waiting)
    # Whoever sends little is not held up.
    third = await server.websocket("cleo")
    assert await third.call("echo", "small") == ["small"]
    release.set()
    assert (await sender.next()).startswith('437["xxx')
    await until(lambda: not intake.held and not intake.waiting and intake.total == 0)


async def test_who_waits_for_room_for_too_long_is_told_so(server, intake, release, lines, sender):
    await fill(server, intake)
    server.limit(message_seconds=0.2)
    await sender.send(server, event(LARGE))
    assert json.loads((await sender.next())[2:])[1]["code"] == "busy"
    assert ["MAX_UNHANDLED_BYTES" in line for line in lines()] == [True]
    await until(lambda: not intake.waiting)
    release.set()
    await until(lambda: intake.total == 0)


async def test_who_waits_for_room_and_leaves_is_not_waited_for(server, intake, release, sender):
    await fill(server, intake)
    await sender.send(server, event(LARGE))
    await until(lambda: intake.waiting)
    await io.server.eio.disconnect()
    await until(lambda: not intake.waiting)
    release.set()
    await until(lambda: not intake.held)


@pytest.mark.parametrize("begun", ["a frame", "fragments", "attachments", "attachments over polling"])
async def test_a_message_that_is_never_whole_is_not_waited_for_for_ever(server, intake, lines, begun):
    server.limit(message_seconds=0.2)
    if begun.endswith("polling"):
        client = await server.polling("anna")
        poll = await client.start_poll()
        await client.post(f'451-["echo",{PLACE}]')
        assert (await poll.answer()).text == "1"
    else:
        websocket = await server.websocket("anna")
        if begun == "attachments":
            websocket.send(f'451-["echo",{PLACE}]')
        else:
            data = websocket.frames.send_data("4" + "x" * LARGE, fin=begun == "a frame")
            websocket.connection.write(data if begun == "fragments" else data[:-1])
        assert await websocket.closed() == Closed(1008, "a message that was not whole after 0.2 s")
    await server.empty()
    assert ["not whole" in line for line in lines()] == [True]
    assert intake.total == 0


async def test_attachments_that_are_more_than_a_message_together_are_an_error_in_the_ack(server, intake):
    websocket = await server.websocket("anna")
    places = f"{PLACE},{PLACE.replace('0', '1')}"
    websocket.send(f'452-7["echo",{places}]', *[b"x" * (LARGE // 2 + 50)] * 2)
    answer = json.loads((await websocket.receive())[3:])
    assert answer[0]["error"]["message"].endswith(f"more than {LARGE + 100} bytes with its attachments.")
    assert await websocket.call("echo", 1) == [1]
    assert intake.total == 0


async def test_many_small_attachments_find_no_room_either(server, intake, release, lines):
    server.limit(unaccepted_message_bytes=10_000)
    await fill(server, intake)
    second = await server.websocket("bert")
    places = ",".join(PLACE.replace("0", str(number)) for number in range(5))
    second.send(f'455-["echo",{places}]', *[b"x" * 9000] * 3)
    assert json.loads((await second.receive())[2:])[1]["code"] == "busy"
    assert ["MAX_UNHANDLED_BYTES" in line for line in lines()] == [True]
    release.set()
