"""How a server ends (`SIGTERM`), and how thousands of connections end at once."""

import asyncio
import json
import signal
import time

import pytest

from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.transport.raw import Closed, Polling, WebSocket, request
from engine.tests.transport.server_process import ServerProcess
from engine.tests.transport.test_drops import CLIENTS, crowd
from engine.tests.turns import A_PORTION, Turns

pytestmark = pytest.mark.slow

DRAIN = ["closing", {"code": "drain", "message": "The server restarts; this client connects again by itself."}]
RESTART = 1012
LONG_SECONDS, SOON_SECONDS = 60, 30
"""A grace that is not used up: what ends by itself ends long before, on a machine however busy."""
BUSY_SECONDS = 10
"""What a busy machine may add to a grace that is."""


@pytest.fixture
def start(serve):
    """`server = await start(drain_seconds=2)` starts a server of its own."""
    return lambda drain_seconds=4: serve(DRAIN_SECONDS=str(drain_seconds))


async def enter(server: ServerProcess, user: str, **options) -> WebSocket:
    """A client that is connected, its hook begun."""
    websocket = await WebSocket.open(server.port, **options)
    await websocket.receive()
    websocket.send(f'40{{"token":"{user}"}}')
    assert (await websocket.receive()).startswith('40{"sid"')
    return websocket


async def poll_as(server: ServerProcess, user: str) -> Polling:
    client = await Polling.open(server.port)
    await client.post(f'40{{"token":"{user}"}}')
    assert (await client.packet()).startswith('40{"sid"')
    return client


async def end_of(websocket: WebSocket) -> tuple[list, Closed, float]:
    """Its last events, its close frame, and when that came."""
    events = []
    while not isinstance(message := await websocket.receive(), Closed):
        events.append(json.loads(message[2:]))
    websocket.connection.close()
    return events, message, time.monotonic()


def times(server: ServerProcess, line: str) -> int:
    return server.said.count(line)


async def test_sigterm_tells_clients_why_closes_with_1012_and_exits_with_0(start):
    server = await start(LONG_SECONDS)
    clients = [await enter(server, f"anna{number}") for number in range(3)]
    began = time.monotonic()
    server.terminate()
    for events, closed, _ in await asyncio.gather(*map(end_of, clients)):
        assert events == [DRAIN]
        assert closed.code == RESTART
    assert await server.ended() == 0
    assert time.monotonic() - began < SOON_SECONDS
    for number in range(3):
        assert times(server, f"anna{number} left: drain") == 1
    assert "Traceback" not in server.said


async def test_many_are_closed_bit_by_bit_over_the_grace_period(start):
    server = await start(LONG_SECONDS)
    clients = [await enter(server, f"anna{number}") for number in range(100)]
    began = time.monotonic()
    server.terminate()
    ends = sorted(end - began for *_, end in await asyncio.gather(*map(end_of, clients)))
    assert await server.ended() == 0
    assert time.monotonic() - began < SOON_SECONDS
    # It takes two seconds, of which none sees more than its share, with much room for the clock.
    assert ends[-1] - ends[0] > 1
    assert max(sum(start <= end < start + 0.4 for end in ends) for start in ends) < 60


async def test_what_is_queued_for_a_slow_client_still_reaches_it(start):
    server = await start(4)
    slow = await enter(server, "anna", receive_buffer=4096)
    slow.send('42["pour",500000]')
    poured = int((await server.says(r"anna has (\d+) poured"))[1])
    server.terminate()
    await server.says("anna left")
    events, closed, _ = await end_of(slow)
    assert [event[1][0] for event in events[:-1]] == list(range(poured))
    assert events[-1] == DRAIN
    assert closed.code == RESTART
    assert await server.ended() == 0


async def test_one_who_goes_on_sending_gets_the_reason_all_the_same(start):
    server = await start(4)
    eager = await enter(server, "anna")
    eager.send(*['42["echo","x"]'] * 20)
    server.terminate()

    async def send():
        while True:
            eager.send('42["echo","x"]')
            await asyncio.sleep(0.001)

    sending = asyncio.create_task(send())
    events, closed, _ = await end_of(eager)
    sending.cancel()
    assert [event for event in events if event[0] == "closing"] == [DRAIN]
    assert closed.code == RESTART
    assert await server.ended() == 0


@pytest.mark.parametrize("where", ["hangs-in-hook", "hangs-in-work", "hangs-in-disconnect"])
async def test_what_hangs_in_the_app_does_not_hold_up_the_end(start, where):
    server = await start(2)
    hung, other = await enter(server, where), await enter(server, "other")
    if where == "hangs-in-work":
        hung.send('42["work",0]')
    if where != "hangs-in-disconnect":
        await server.says(f"{where} hangs")
    began = time.monotonic()
    server.terminate()
    for events, closed, _ in await asyncio.gather(end_of(hung), end_of(other)):
        assert events == [DRAIN]
        assert closed.code == RESTART
    assert await server.ended() == 0
    assert time.monotonic() - began < 2 + BUSY_SECONDS
    assert times(server, f"{where} left: drain") == 1
    assert times(server, "other left: drain") == 1
    assert "Traceback" not in server.said


@pytest.mark.parametrize("where", ["clings-to-hook", "clings-to-work", "clings-to-disconnect", "blocks-in-work"])
async def test_what_will_not_be_cancelled_does_not_hold_up_the_end_either(start, where):
    server = await start(2)
    clinging, other = await enter(server, where), await enter(server, "other")
    if where.endswith("work"):
        clinging.send('42["work",0]')
    if where != "clings-to-disconnect":
        await server.says(f"{where} (clings|blocks)")
    began = time.monotonic()
    server.terminate()
    for events, closed, _ in await asyncio.gather(end_of(clinging), end_of(other)):
        assert events == [DRAIN]
        assert closed.code == RESTART
    assert await server.ended() == 0
    assert time.monotonic() - began < 2 + BUSY_SECONDS
    assert times(server, "other left: drain") == 1


async def test_a_handler_that_is_at_work_may_finish_and_then_the_disconnect_hook_runs(start):
    server = await start(4)
    busy = await enter(server, "busy")
    busy.send('42["work",0.5]')
    server.terminate()
    await end_of(busy)
    assert await server.ended() == 0
    assert times(server, "busy left: drain") == 1


async def test_a_client_that_polls_hears_why_too(start):
    server = await start()
    waiting, away = await poll_as(server, "anna"), await poll_as(server, "bert")
    poll = await waiting.start_poll()
    await (await enter(server, "other")).call("echo", 1)
    server.terminate()
    last = "42" + json.dumps(DRAIN, separators=(",", ":"))
    assert (await poll.answer()).packets == [last]
    assert (await away.poll()).packets == [last]
    assert (await waiting.poll()).packets == (await away.poll()).packets == ["1"]
    assert await server.ended() == 0
    for user in ("anna", "bert"):
        assert times(server, f"{user} left: drain") == 1


async def test_nobody_new_gets_in_while_the_server_drains(start):
    server = await start(4)
    # Somebody who polls but doesn't fetch the news keeps the server waiting.
    silent = await poll_as(server, "silent")
    server.terminate()
    websocket = await enter_until_refused(server)
    assert websocket.status == 503
    assert websocket.headers["retry-after"] == "2"
    polling = await request(server.port, "GET", "EIO=4&transport=polling")
    assert polling.status == 503
    await silent.poll()
    assert (await silent.poll()).packets == ["1"]
    assert await server.ended() == 0


async def enter_until_refused(server: ServerProcess):
    """The answer to a handshake once it is not 101 any more."""
    from engine.tests.transport.raw import UPGRADE

    while (answer := await request(server.port, "GET", "EIO=4&transport=websocket", headers=UPGRADE)).status == 101:
        pass
    return answer


async def test_one_in_the_middle_of_connecting_does_not_hold_up_the_end(start):
    server = await start(LONG_SECONDS)
    thinking = await WebSocket.open(server.port)
    await thinking.receive()
    thinking.send('40{"token":"nobody-knows"}')
    idle = await WebSocket.open(server.port)
    await (await enter(server, "other")).call("echo", 1)
    began = time.monotonic()
    server.terminate()
    assert (await thinking.closed()).code == RESTART
    assert (await idle.closed()).code == RESTART
    assert await server.ended() == 0
    assert time.monotonic() - began < SOON_SECONDS


async def test_a_second_signal_ends_it_at_once(start):
    server = await start(LONG_SECONDS)
    hung = await enter(server, "hangs-in-disconnect")
    server.terminate()
    await end_of(hung)
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert await server.ended() == 0
    assert time.monotonic() - began < SOON_SECONDS


@pytest.mark.slow
@pytest.mark.may_take(300)
@pytest.mark.parametrize("seconds", [0, 5])
async def test_thousands_are_sent_away_without_holding_the_loop(server, lines, seconds):
    gone = []

    async def hook(socket, user):
        await socket.join("room")

        @socket.on("disconnect")
        async def disconnect(socket, reason):
            gone.append(reason)

    io.node.services.connection = hook
    clients = await crowd(server)
    await until(lambda: len(io.node.hub.members("room")) == CLIENTS, seconds=200)
    turns = Turns()
    await io.drain(seconds)
    await until(lambda: len(gone) == CLIENTS)
    if seconds:
        assert turns.stop() < A_PORTION
    assert set(gone) == {"drain"}
    assert [*server.links, *io.node.services.tasks, *io.node.hub.rooms["/"]] == []
    assert lines() == []
    clients.kill()
    await clients.wait()
