"""What one client may cost (`Limits`)."""

import asyncio
import gc
import json
import os
import time
from contextlib import suppress
from socket import SO_SNDBUF, SOL_SOCKET

import psutil
import pytest
from socketio.exceptions import ConnectionRefusedError as RefusedByHandler

from engine.loop.wheel import TICK_SECONDS
from engine.process import HTTP_LIMITS
from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.transport.raw import Closed, Connection
from engine.tests.turns import Turns

MEGABYTE = 1024 * 1024


async def test_a_transport_that_never_connects_is_closed(server, lines):
    server.limit(connect_seconds=0.1)
    started = time.monotonic()
    websocket = await server.websocket()
    assert (await websocket.closed()).code == 1008
    assert time.monotonic() - started > 0.1 - TICK_SECONDS
    await server.empty()
    assert not lines()


async def test_pings_and_pongs_are_no_connect(server):
    server.limit(connect_seconds=0.1, ping_interval_seconds=0.05)
    websocket = await server.websocket()
    assert (await websocket.closed()).code == 1008


async def test_a_handshake_that_thinks_for_too_long_is_closed_and_never_accepted(server):
    server.limit(connect_seconds=0.1)
    heard = []
    io.server.on("connect", lambda sid, environ, auth=None: asyncio.sleep(60))
    websocket = await server.websocket()
    websocket.send('40{"token":"anna"}')
    for _ in range(5):
        await io.broadcast("news")
        await asyncio.sleep(0.01)
    while not isinstance(message := await websocket.next(), Closed):
        heard.append(message)
    assert heard == []
    await server.empty()


@pytest.mark.parametrize("error", [RuntimeError("a bug"), RefusedByHandler("no"), ValueError(), KeyError("x")])
async def test_a_handshake_that_raises_is_refused_and_closed(server, error):
    server.limit(refused_seconds=0.05)

    async def connect(sid, environ, auth=None):
        await io.server.enter_room(sid, "secret")
        await io.broadcast("news")
        raise error

    io.server.on("connect", connect)
    websocket = await server.websocket()
    websocket.send('40{"token":"anna"}')
    assert (await websocket.receive()).startswith("44{")
    await io.broadcast("news")
    await io.send("secret", "news")
    assert isinstance(await websocket.receive(), Closed)
    await server.empty()


async def test_a_refused_transport_is_closed(server, lines):
    server.limit(refused_seconds=0.05)
    websocket = await server.websocket()
    websocket.send('40{"token":"bad"}')
    assert json.loads((await websocket.receive())[2:])["data"] == {"code": "token_invalid"}
    assert isinstance(await websocket.receive(), Closed)
    assert not lines()


async def test_a_socket_has_so_many_namespaces(server, lines):
    server.limit(namespaces=3)
    io.server.on("connect", lambda sid, environ, auth=None: None, namespace="*")
    websocket = await server.websocket("anna")
    websocket.send('40/a,{"token":"anna"}', '40/b,{"token":"anna"}')
    for name in "ab":
        assert (await websocket.receive()).startswith(f"40/{name},")
    websocket.send('40/c,{"token":"anna"}')
    assert (await websocket.closed()).code == 1008
    await server.empty()
    assert not any(io.node.hub.sockets.values())


async def test_namespaces_whose_handshakes_are_under_way_count(server):
    server.limit(namespaces=3)
    websocket = await server.websocket("anna")
    io.server.on("connect", lambda sid, environ, auth=None: asyncio.sleep(60), namespace="*")
    websocket.send(*[f'40/{name},{{"token":"anna"}}' for name in "ab"])
    await until(lambda: len(io.node.services.admissions.begun) == 2)

    websocket.send('40/c,{"token":"anna"}')

    assert (await websocket.closed()).code == 1008


async def test_a_socket_is_in_so_many_rooms(server):
    server.limit(rooms=3)
    websocket = await server.websocket("anna")
    socket = io.node.hub.socket(websocket.id, "/")
    for number in range(3):
        await socket.join(f"room{number}")
    with pytest.raises(ValueError, match="3 rooms"):
        await socket.join("one more")
    await socket.join("room1")
    websocket.connection.close()
    await server.empty()
    assert not io.node.hub.rooms["/"]


async def test_events_of_one_client_are_handled_one_at_a_time(server):
    server.limit(events_per_second=100_000)
    running, most, done = 0, 0, 0

    @io.on("slow")
    async def slow(socket, payload):
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        done += 1

    websocket = await server.websocket("anna")
    socket = io.node.hub.socket(websocket.id, "/")
    longest = 0
    websocket.send(*['42["slow"]'] * 5000, '421["echo","done"]')
    while done < 5000:
        await asyncio.sleep(0.005)
        longest = max(longest, len(socket.inbox or ()))
    assert await websocket.next() == '431["done"]'
    assert most == 1
    assert longest < 500


@pytest.mark.slow
async def test_a_client_that_pipelines_slow_events_waits_and_is_not_dropped(server, lines):
    release = asyncio.Event()
    io.on("wait")(lambda socket, payload: release.wait())
    websocket = await server.websocket("anna")
    socket = io.node.hub.socket(websocket.id, "/")
    before = memory()
    sending = websocket.frames.send_data('42["wait","' + "x" * 1000 + '"]')
    websocket.connection.write(sending * 20_000)
    await until(lambda: socket.link.carrier.paused)
    await asyncio.sleep(0.1)
    assert websocket.connection.writer.transport.get_write_buffer_size() > 10 * MEGABYTE
    assert len(socket.inbox) < 200
    assert len(io.node.services.tasks) < 5
    # The client's own buffer is in this process, too.
    assert memory() - before < 3 * len(sending) * 20_000
    assert await io.online("anna")
    websocket.connection.reset()
    release.set()
    await server.empty()
    assert not lines()


def memory():
    gc.collect()
    return psutil.Process().memory_info().rss


async def test_a_slow_client_holds_up_nobody_else(server):
    release = asyncio.Event()
    io.on("wait")(lambda socket, payload: release.wait())
    anna, bert = await server.websocket("anna"), await server.websocket("bert")
    anna.send(*['42["wait"]'] * 100)
    assert await bert.call("echo", 1) == [1]
    release.set()


async def test_a_reader_that_stalls_is_closed_at_its_backlog(server, lines, monkeypatch):
    monkeypatch.setattr("engine.transport.websocket.CLOSING_SECONDS", 0.1)
    server.limit(backlog_bytes=200_000)
    stalled = await server.websocket("anna", receive_buffer=4096)
    other = await server.websocket("bert")
    stalled.connection.writer.transport.pause_reading()
    link = io.node.hub.socket(stalled.id, "/").link
    sent, biggest = 0, 0
    while not link.closed:
        await io.broadcast("news", "x" * 10_000)
        assert await other.event() == ["news", "x" * 10_000]
        sent += 10_000
        if link.carrier.transport:
            biggest = max(biggest, link.carrier.transport.get_write_buffer_size())
        assert sent < 50 * MEGABYTE
    assert 100_000 < biggest < 300_000
    await until(lambda: io.server.eio.websockets == 1)
    assert len(lines()) <= 1


@pytest.mark.slow
async def test_a_reader_that_stalls_for_too_long_is_closed_though_it_answers_pings(server, lines):
    server.limit(stalled_seconds=0.3, volatile_bytes=10_000, ping_interval_seconds=0.1)
    stalled = await server.websocket("anna", receive_buffer=4096)
    stalled.connection.writer.transport.pause_reading()
    socket = io.node.hub.socket(stalled.id, "/")
    started = time.monotonic()
    while not socket.link.behind:
        await socket.send("news", "x" * 50_000)
        await asyncio.sleep(0)
    while not socket.link.closed:
        stalled.send("3")
        await asyncio.sleep(0.02)
    assert time.monotonic() - started > 0.3 - TICK_SECONDS
    assert len(lines()) <= 1


@pytest.mark.slow
async def test_a_reader_that_is_slow_but_reads_is_kept(server):
    server.limit(stalled_seconds=0.6, volatile_bytes=10_000)
    slow = await server.websocket("anna", receive_buffer=16_384)
    transport = slow.connection.writer.transport
    transport.pause_reading()
    socket = io.node.hub.socket(slow.id, "/")
    # So that the kernel, like that of a server on a slow line, tells of little progress, too.
    socket.link.carrier.bare.setsockopt(SOL_SOCKET, SO_SNDBUF, 16_384)
    while not socket.link.behind:
        await socket.send("news", "x" * 50_000)
        await asyncio.sleep(0)
    ending = time.monotonic() + 1.5
    while time.monotonic() < ending:
        # It takes less than it is sent: there is progress all the same.
        await socket.send("news", "x" * 10_000)
        with suppress(BlockingIOError):
            os.read(transport.get_extra_info("socket").fileno(), 8000)
        await asyncio.sleep(0.02)
    assert socket.link.behind
    assert not socket.link.closed


async def test_who_is_behind_misses_volatile_events_only(server):
    server.limit(volatile_bytes=10_000)
    stalled = await server.websocket("anna", receive_buffer=4096)
    transport = stalled.connection.writer.transport
    transport.pause_reading()
    socket = io.node.hub.socket(stalled.id, "/")
    while not socket.link.behind:
        await socket.send("news", "x" * 50_000)
        await asyncio.sleep(0)
    await io.send("user::anna", "skipped", volatile=True)
    await io.send("user::anna", "last")
    transport.resume_reading()
    names = []
    while "last" not in names:
        names.append((await stalled.event())[0])
    assert "skipped" not in names


async def test_a_client_is_told_why_it_is_closed_as_slow(server):
    server.limit(backlog_bytes=100_000)
    slow = await server.websocket("anna", receive_buffer=4096)
    transport = slow.connection.writer.transport
    transport.pause_reading()
    socket = io.node.hub.socket(slow.id, "/")
    while not socket.link.closed:
        await socket.send("news", "x" * 20_000)
        await asyncio.sleep(0)
    transport.resume_reading()
    while (event := await slow.event())[0] == "news":
        pass
    assert event[0] == "closing"
    assert event[1]["code"] == "slow"
    assert (await slow.closed()).code == 1008


@pytest.mark.parametrize("clients", [1, 5])
async def test_what_clients_send_in_one_go_does_not_hold_the_loop_for_long(server, clients):
    server.limit(events_per_second=1e6)
    websockets = [await server.websocket("anna") for _ in range(clients)]
    junk = websockets[0].frames.send_data("431[]") * (40_000 // clients)
    turns = Turns()
    for websocket in websockets:
        websocket.connection.write(junk)
    for websocket in websockets:
        assert await websocket.call("echo", 1) == [1]
    assert turns.stop() < 0.5


async def test_a_header_that_never_ends_is_refused(server):
    connection = await Connection.open(server.port)
    connection.write(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nX: " + b"x" * 20_000)
    await connection.ended()
    assert not server.links


async def test_thousands_of_arguments_are_no_trouble(server, lines):
    answer = await server.request("GET", "EIO=4&transport=polling&" + "a=1&" * 3000)
    assert answer.status in (200, 400)
    assert len(lines()) <= 1


@pytest.fixture
def impatient(monkeypatch):
    """A server with time-outs that a test can wait for; to be asked for before `server`."""
    monkeypatch.setitem(HTTP_LIMITS, "idle_connection_timeout", 0.1)
    monkeypatch.setitem(HTTP_LIMITS, "body_timeout", 0.1)


async def test_a_header_that_never_comes_whole_is_given_up(impatient, server, lines):
    connection = await Connection.open(server.port)
    connection.write(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nX: ")
    await connection.ended()
    assert len(lines()) <= 1


async def test_a_body_that_never_comes_whole_is_given_up(server, lines):
    server.limit(message_seconds=0.1)
    client = await server.polling("anna")
    connection = await Connection.open(server.port)
    connection.ask("POST", client.query, {"Content-Length": 100}, b'42["echo"')
    await connection.ended()
    assert (await client.post('421["echo",1]')).body == b"ok"
    assert (await client.poll()).text == "431[1]"
    assert len(lines()) <= 1


async def test_a_websocket_outlives_the_time_outs_of_http(impatient, server):
    websocket = await server.websocket("anna")
    await asyncio.sleep(0.2)
    assert await websocket.call("echo", 1) == [1]


async def test_a_poll_outlives_the_time_outs_of_requests(impatient, server):
    client = await server.polling("anna")
    poll = await client.start_poll()
    await asyncio.sleep(0.2)
    await io.send("user::anna", "news")
    assert (await poll.answer()).packets == ['42["news"]']
