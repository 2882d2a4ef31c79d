"""Sessions on a WebSocket (RFC 6455; Engine.IO v4, "WebSocket"). Frame by frame, the reader has tests of its own."""

import asyncio

import pytest
from wsproto.frame_protocol import Opcode

from engine.endings import Ending
from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.transport.raw import UPGRADE, Closed, Connection, WebSocket
from engine.tests.wire.test_frame_reader import BINARY, CONTINUATION, FIN, PING, TEXT, client_frame, close


async def test_a_ping_is_answered_with_its_data(server):
    websocket = await server.websocket("anna")
    websocket.ping(b"hello")
    assert await websocket.next() == (Opcode.PONG, b"hello")


async def test_pings_between_fragments_are_answered_at_once(server):
    websocket = await server.websocket("anna")
    websocket.connection.write(client_frame(TEXT, b'421["echo",') + client_frame(FIN | PING, b"!"))
    assert await websocket.next() == (Opcode.PONG, b"!")
    websocket.connection.write(client_frame(FIN | CONTINUATION, b'"hello"]'))
    assert await websocket.next() == '431["hello"]'


async def test_frames_cut_at_every_byte_are_read(server):
    websocket = await server.websocket("anna")
    for byte in client_frame(FIN | TEXT, b'421["echo",1]'):
        websocket.connection.write(bytes((byte,)))
        await asyncio.sleep(0)
    assert await websocket.next() == "431[1]"


@pytest.mark.parametrize("length", [0, 100, 125, 126, 127, 60_000, 65_500])
async def test_messages_of_every_length_go_both_ways(server, length):
    websocket = await server.websocket("anna")
    assert await websocket.call("echo", "x" * length) == ["x" * length]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x01x", 1002),  # not masked
        (client_frame(FIN | TEXT | 0x40, b"3"), 1002),  # compressed, though nobody agreed on that
        (client_frame(FIN | TEXT | 0x20, b"3"), 1002),
        (client_frame(FIN | TEXT | 0x10, b"3"), 1002),
        (client_frame(FIN | 3, b"3"), 1002),
        (client_frame(FIN | 11, b""), 1002),
        (client_frame(FIN | CONTINUATION, b"3"), 1002),
        (client_frame(TEXT, b"3") + client_frame(FIN | TEXT, b"3"), 1002),
        (client_frame(PING, b""), 1002),
        (client_frame(FIN | PING, b"x" * 126), 1002),
        (client_frame(FIN | TEXT, b"3", size_bytes=2), 1002),
        (client_frame(FIN | TEXT, b"", size=2**63, size_bytes=8), 1002),
        (client_frame(FIN | TEXT, b"\xff"), 1007),
        (client_frame(FIN | TEXT, b"\xed\xa0\x80"), 1007),
        (client_frame(TEXT, b"\xf0\x9f") + client_frame(FIN | CONTINUATION, b"\x98"), 1007),
        (client_frame(FIN | TEXT, b"", size=65537), 1009),
        (client_frame(FIN | BINARY, b"", size=2**40), 1009),
        (client_frame(TEXT, b"x" * 40_000) + client_frame(FIN | CONTINUATION, b"", size=40_000), 1009),
        (client_frame(TEXT, b"x") + client_frame(CONTINUATION) * 70_000, 1009),
        (close(999), 1002),
        (close(1005), 1002),
        (client_frame(FIN | 8, b"x"), 1002),
        (client_frame(FIN | 8, b"\x03\xe8\xff"), 1007),
    ],
)
async def test_a_broken_frame_is_answered_by_its_close_code(server, lines, data, code):
    server.limit(events_per_second=1e6, message_bytes=65536)
    websocket = await server.websocket("anna")
    websocket.connection.write(data)
    assert (await websocket.closed()).code == code
    await server.empty()
    assert len(lines()) == 1


async def test_a_message_over_the_limit_is_refused_by_its_header(server):
    server.limit(message_bytes=65536)
    websocket = await server.websocket("anna")
    websocket.connection.write(client_frame(FIN | TEXT, b"", size=65537))
    assert (await websocket.closed()).code == 1009


async def test_messages_before_a_broken_frame_are_handled(server):
    websocket = await server.websocket("anna")
    websocket.connection.write(client_frame(FIN | TEXT, b'421["echo",1]') + b"\x81\x01x")
    assert (await websocket.closed()).code == 1002


async def test_nothing_behind_a_close_frame_is_handled(server):
    handled = []

    @io.on("note")
    async def note(socket, payload):
        handled.append(payload)

    websocket = await server.websocket("anna")
    late = client_frame(FIN | TEXT, b'42["note",2]')
    websocket.connection.write(client_frame(FIN | TEXT, b'42["note",1]') + close(1000) + late)
    assert await websocket.closed() == Closed(1000)
    await server.empty()
    assert handled == [1]


@pytest.mark.parametrize(("code", "answer"), [(1000, 1000), (1001, 1001), (3000, 3000), (4999, 4999)])
async def test_a_close_is_echoed_and_the_connection_ended(server, lines, code, answer):
    websocket = await server.websocket("anna")
    websocket.close(code)
    assert await websocket.next() == Closed(answer)
    await websocket.connection.ended()
    await server.empty()
    assert not io.server.eio.websockets
    assert not lines()


async def test_a_close_without_a_code_is_answered_by_1000(server):
    websocket = await server.websocket("anna")
    websocket.connection.write(client_frame(FIN | 8))
    assert await websocket.next() == Closed(1000)
    await websocket.connection.ended()


async def test_an_engine_close_packet_closes_the_websocket(server, lines):
    websocket = await server.websocket("anna")
    websocket.send("1")
    assert await websocket.next() == Closed(1000)
    await server.empty()
    assert not lines()


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_client_that_goes_without_a_word_is_gone(server, lines, end):
    websocket = await server.websocket("anna")
    getattr(websocket.connection, end)()
    await server.empty()
    assert not await io.online("anna")
    assert not io.server.eio.websockets
    assert not lines()


async def test_a_peer_that_does_not_answer_our_close_is_cut_off(server, monkeypatch):
    monkeypatch.setattr("engine.transport.websocket.CLOSING_SECONDS", 0.05)
    websocket = await server.websocket("anna")
    for link in list(server.links.values()):
        link.close(Ending.DRAIN, "Bye")
    await until(lambda: not io.server.eio.websockets)
    assert (await websocket.event())[0] == "closing"
    assert (await websocket.closed()).code == 1012


async def test_a_reset_in_the_middle_of_a_broadcast_costs_nobody_else_an_event(server, lines):
    others = [await server.websocket(f"user{number}") for number in range(20)]
    for _ in range(20):
        victims = [await server.websocket("victim") for _ in range(3)]
        others[0].send('42["echo"]')
        for victim in victims:
            victim.connection.reset()
        await io.broadcast("news", "x" * 1000)
        await asyncio.sleep(0)
        await io.broadcast("news", "y" * 1000)
    for other in others:
        for letter in "xy" * 20:
            assert await other.event() == ["news", letter * 1000]
    await until(lambda: len(server.links) == 20)
    assert not lines()


async def test_what_is_sent_to_a_client_that_is_gone_is_nobody_s_trouble(server, lines):
    websocket = await server.websocket("anna")
    socket = server_socket(websocket)
    websocket.connection.reset()
    for _ in range(20):
        await socket.send("news", "x" * 1000)
        await asyncio.sleep(0.001)
    await socket.send("news")
    await server.empty()
    assert not lines()


def server_socket(websocket):
    return io.node.hub.socket(websocket.id, "/")


async def test_an_event_of_many_bytes_arrives_whole(server):
    websocket = await server.websocket("anna")
    await io.send("user::anna", "news", "x" * 900_000)
    assert await websocket.event() == ["news", "x" * 900_000]


async def test_binary_goes_both_ways(server):
    websocket = await server.websocket("anna")
    websocket.send('451-7["echo",{"_placeholder":true,"num":0}]', b"\x01\x02")
    assert await websocket.next() == '461-7[{"_placeholder":true,"num":0}]'
    assert await websocket.next() == b"\x01\x02"


async def test_frames_sent_before_the_101_are_read(server):
    connection = await Connection.open(server.port)
    websocket = WebSocket(connection)
    connection.ask("GET", "EIO=4&transport=websocket", UPGRADE)
    websocket.send('40{"token":"anna"}', '421["echo",1]')
    assert (await connection.answer()).status == 101
    assert (await websocket.next())[0] == "0"
    assert (await websocket.next()).startswith('40{"sid":')


async def test_a_flood_of_frames_before_the_101_is_read_whole(server):
    server.limit(events_per_second=1e6)
    connection = await Connection.open(server.port)
    websocket = WebSocket(connection)
    connection.ask("GET", "EIO=4&transport=websocket", UPGRADE)
    websocket.send(*["6" * 1] * 30_000, '40{"token":"anna"}')
    assert (await connection.answer()).status == 101
    assert (await websocket.next())[0] == "0"
    assert (await websocket.next()).startswith('40{"sid":')


async def test_a_client_that_waits_to_be_read_is_closed_as_any_other(server):
    release = asyncio.Event()
    io.on("wait")(lambda socket, payload: release.wait())
    websocket = await server.websocket("anna")
    link = server_socket(websocket).link
    websocket.send(*['42["wait"]'] * 100)
    await until(lambda: link.carrier.paused)
    link.close(Ending.DRAIN, "Bye")
    assert (await websocket.event())[1]["code"] == "drain"
    assert await websocket.next() == Closed(1012, "drain")
    websocket.close(1012)
    # Its answer is read, so nobody waits for it in vain.
    async with asyncio.timeout(30):
        await websocket.connection.ended()
    release.set()
    await server.empty()


async def test_a_flood_of_pings_that_nobody_reads_the_answers_of_is_ended(server, lines, monkeypatch):
    monkeypatch.setattr("engine.transport.websocket.CLOSING_SECONDS", 0.05)
    server.limit(backlog_bytes=20_000, volatile_bytes=5000, events_per_second=1e6)
    websocket = await server.websocket("anna")
    websocket.connection.writer.transport.pause_reading()
    pings = websocket.frames.ping(b"x" * 120) * 1000
    async with asyncio.timeout(30):
        while io.server.eio.websockets:
            websocket.connection.write(pings)
            await asyncio.sleep(0)
    assert len(lines()) <= 1
