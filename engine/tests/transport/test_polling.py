"""Sessions over GET and POST requests (Engine.IO v4, "HTTP long-polling")."""

import asyncio
import json

import pytest

from engine.endings import Ending
from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.transport.raw import Connection, Polling

SEPARATOR = "\x1e"


async def test_a_post_is_answered_by_ok(server):
    client = await server.polling()
    answer = await client.post('40{"token":"anna"}')
    assert (answer.status, answer.body) == (200, b"ok")
    assert await io.online("anna")


async def test_a_poll_waits_until_there_is_something(server):
    client = await server.polling("anna")
    poll = await client.start_poll()
    await client.post('421["echo","hello"]')
    assert (await poll.answer()).packets == ['431["hello"]']


async def test_a_poll_fetches_everything_at_once(server):
    client = await server.polling("anna")
    for number in range(3):
        await io.send("user::anna", "news", number)
    assert (await client.poll()).packets == [f'42["news",{number}]' for number in range(3)]


async def test_what_leaves_in_one_turn_arrives_in_one_poll(server):
    client = await server.polling("anna")
    poll = await client.start_poll()
    await until(lambda: server.links[client.sid].carrier.waiting)
    for number in range(3):
        await io.send("user::anna", "news", number)
    assert len((await poll.answer()).packets) == 3


async def test_binary_goes_both_ways_as_base64(server):
    client = await server.polling("anna")
    await client.post('451-7["echo",{"_placeholder":true,"num":0}]', "bAQIDBA==")
    assert (await client.poll()).packets == ['461-7[{"_placeholder":true,"num":0}]', "bAQIDBA=="]


@pytest.mark.parametrize("count", [17, 150])
async def test_more_than_sixteen_packets_in_one_post_are_all_handled(server, count):
    client = await server.polling("anna")
    handled = []
    io.on("note")(lambda socket, payload: keep(handled, payload))
    answer = await client.post(*(f'42["note",{number}]' for number in range(count)))
    assert answer.body == b"ok"
    await until(lambda: len(handled) == count)
    assert handled == list(range(count))


async def keep(handled, payload):
    handled.append(payload)


@pytest.mark.parametrize("body", ["abc", "", "2", "0", "5", "4", "4abc", "40\x1e", "bnot base64", "b\u00e9", "\ud800"])
async def test_an_invalid_packet_is_400_and_ends_the_session(server, lines, body):
    client = await server.polling("anna")
    body = body.encode("utf-8", "surrogatepass")
    answer = await server.request("POST", client.query, body=body, headers={"Content-Length": len(body)})
    assert answer.status == 400
    assert (await client.poll()).status == 400
    assert not await io.online("anna")
    assert len(lines()) == 1
    assert not server.links


async def test_an_invalid_packet_ends_the_poll_that_waits(server):
    client = await server.polling("anna")
    poll = await client.start_poll()
    await until(lambda: server.links[client.sid].carrier.waiting)
    await client.post("abc")
    assert (await poll.answer()).packets == ["1"]


async def test_packets_behind_an_invalid_one_are_not_handled(server):
    client = await server.polling("anna")
    handled = []
    io.on("note")(lambda socket, payload: keep(handled, payload))
    await client.post('42["note",1]', "abc", '42["note",2]')
    await server.empty()
    assert handled == [1]


async def test_two_polls_at_once_end_the_session(server, lines):
    client = await server.polling("anna")
    first = await client.start_poll()
    await until(lambda: server.links[client.sid].carrier.waiting)
    assert (await client.poll()).status == 400
    first = await first.answer()
    assert (first.status, first.body) == (200, b"1")
    assert (await client.poll()).status == 400
    assert not await io.online("anna")
    assert len(lines()) == 1


async def test_two_posts_at_once_end_the_session(server, lines):
    client = await server.polling("anna")
    release = asyncio.Event()
    io.on("wait")(lambda socket, payload: release.wait())
    first = await Connection.open(server.port)
    first.ask("POST", client.query, body=SEPARATOR.join(['42["wait"]'] * 50))
    await until(lambda: server.links[client.sid].carrier.paused)
    assert (await client.post('42["wait"]')).status == 400
    release.set()
    await server.empty()
    assert len(lines()) == 1


async def test_a_close_packet_ends_the_poll_that_waits_at_once(server):
    client = await server.polling("anna")
    poll = await client.start_poll()
    await until(lambda: server.links[client.sid].carrier.waiting)
    assert (await client.post("1")).body == b"ok"
    assert (await poll.answer()).packets == ["6"]
    assert (await client.poll()).status == 400
    assert not await io.online("anna")


@pytest.mark.parametrize("abort", [Connection.close, Connection.reset])
async def test_an_aborted_poll_ends_the_session(server, abort, lines):
    client = await server.polling("anna")
    poll = await client.start_poll()
    await until(lambda: server.links[client.sid].carrier.waiting)
    abort(poll)
    await server.empty()
    assert (await client.poll()).status == 400
    assert not await io.online("anna")
    assert lines() == []


async def test_a_poll_that_could_not_be_answered_ends_the_session(server):
    client = await server.polling("anna")
    poll = await client.start_poll()
    await until(lambda: server.links[client.sid].carrier.waiting)
    poll.reset()
    # Before the server has read that the client is gone.
    for _ in range(2):
        await io.send("user::anna", "news")
    await server.empty()


async def test_a_poll_right_behind_an_aborted_one_is_no_offence(server, lines):
    client = await server.polling("anna")
    poll = await client.start_poll()
    await until(lambda: server.links[client.sid].carrier.waiting)
    poll.close()
    assert (await client.poll()).body in (b"6", b'{"code":1,"message":"Session ID unknown"}')
    assert lines() == []
    await server.empty()


async def test_several_requests_may_share_a_connection(server):
    client = await server.polling()
    connection = await Connection.open(server.port)
    connection.ask("POST", client.query, body='40{"token":"anna"}')
    connection.ask("GET", client.query)
    connection.ask("POST", client.query, body='421["echo",1]')
    connection.ask("GET", client.query)
    assert (await connection.answer()).body == b"ok"
    assert (await connection.answer()).text.startswith('40{"sid":')
    assert (await connection.answer()).body == b"ok"
    assert (await connection.answer()).text == "431[1]"


@pytest.mark.parametrize("expect", [{}, {"Expect": "100-continue"}])
async def test_a_body_over_the_limit_is_refused_before_it_is_read(server, expect, monkeypatch):
    monkeypatch.setattr("engine.transport.polling.FETCHED_SECONDS", 0.05)
    client = await server.polling("anna")
    connection = await Connection.open(server.port)
    connection.ask("POST", client.query, {"Content-Length": 2_000_001} | expect)
    assert (await connection.answer()).status == 413
    await connection.ended()


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_chunked_body_over_the_limit_is_refused_once_it_passes_it(server, lines, method):
    client = await server.polling("anna")
    connection = await Connection.open(server.port)
    connection.ask(method, client.query, {"Transfer-Encoding": "chunked"})
    for _ in range(5):
        connection.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
    assert (await connection.answer()).status == 413
    await connection.ended()
    assert await io.online("anna")
    assert not lines()


async def test_a_chunked_body_within_the_limit_is_taken(server):
    client = await server.polling("anna")
    connection = await Connection.open(server.port)
    connection.ask("POST", client.query, {"Transfer-Encoding": "chunked"})
    for part in b'421["ec', b'ho",1]':
        connection.write(b"%x\r\n%b\r\n" % (len(part), part))
    connection.write(b"0\r\n\r\n")
    assert (await connection.answer()).body == b"ok"
    assert (await client.poll()).text == "431[1]"


async def test_a_client_that_is_closed_can_still_fetch_why(server):
    server.limit(refused_seconds=0.05)
    client = await server.polling("anna")
    await io.disconnect("anna", "Go away")
    closing, disconnect = (await client.poll()).packets[:2]
    assert json.loads(closing[2:]) == ["closing", {"code": "kicked", "message": "Go away"}]
    assert disconnect == "41"
    assert (await client.poll()).text == "1"
    assert not server.links


async def test_nothing_is_taken_from_a_client_that_is_closed(server):
    client = await server.polling("anna")
    server.links[client.sid].close(Ending.DRAIN, "Bye")
    assert (await client.post('42["echo",1]')).status == 400
    (closing,) = (await client.poll()).packets
    assert json.loads(closing[2:]) == ["closing", {"code": "drain", "message": "Bye"}]
    assert (await client.poll()).text == "1"
    assert (await client.poll()).status == 400
    assert not server.links


async def test_a_client_that_fetches_nothing_is_closed_at_its_backlog(server, lines):
    server.limit(backlog_bytes=100_000)
    client = await server.polling("anna")
    other = await server.websocket("bert")
    for socket in tuple(io.node.hub.everybody()):
        await socket.join("room")
    for _ in range(12):
        await io.send("room", "news", "x" * 10_000)
    assert json.loads((await client.poll()).packets[-1][2:])[1]["code"] == "slow"
    assert (await client.poll()).text == "1"
    for _ in range(12):
        assert (await other.event())[0] == "news"
    assert not await io.online("anna")
    assert len(lines()) <= 1


async def test_a_client_that_fetches_nothing_for_too_long_is_closed(server):
    server.limit(volatile_bytes=1000, stalled_seconds=0.1)
    client = await server.polling("anna")
    await io.send("user::anna", "news", "x" * 2000)
    await until(lambda: not server.links[client.sid].carrier.slot or server.links[client.sid].closed)
    assert json.loads((await client.poll()).packets[-1][2:])[1]["code"] == "slow"


@pytest.mark.slow
async def test_a_client_that_fetches_is_not_behind(server):
    server.limit(volatile_bytes=1000, stalled_seconds=2)
    client = await server.polling("anna")
    for _ in range(5):
        await io.send("user::anna", "news", "x" * 2000)
        assert len((await client.poll()).packets) == 1
        await asyncio.sleep(0.5)
    assert await io.online("anna")


async def test_a_client_that_never_fetches_its_end_is_forgotten(server, monkeypatch):
    monkeypatch.setattr("engine.transport.polling.LINGER_SECONDS", 0.05)
    server.limit(refused_seconds=0.05)
    await server.polling("anna")
    await io.disconnect("anna")
    await until(lambda: not server.links)


async def test_a_session_may_be_opened_and_left(server):
    server.limit(connect_seconds=0.05)
    clients = [await Polling.open(server.port) for _ in range(5)]
    await until(lambda: all(link.closed for link in server.links.values()))
    assert [(await client.poll()).text for client in clients] == ["1"] * 5
    assert not server.links


PYTHON = {"User-Agent": "Python/3.11 aiohttp/3.9.1"}


async def test_a_client_in_python_gets_as_many_packets_as_it_takes_at_once(server):
    client = await Polling.open(server.port, headers=PYTHON)
    await client.post('40{"token":"anna"}')
    await client.packet()
    for number in range(20):
        await io.send("user::anna", "count", [number, *[b"x"] * (number % 3)])
    counts, polls = [], 0
    while len(counts) < 20:
        packets = (await client.poll()).packets
        assert len(packets) <= 16
        counts += [json.loads(packet[packet.index("[") :])[1][0] for packet in packets if packet[0] == "4"]
        polls += 1
    assert counts == list(range(20))
    assert polls <= 4


async def test_a_client_in_python_comes_back_by_itself(server):
    client = await Polling.open(server.port, headers=PYTHON)
    await client.post('40{"token":"anna"}')
    await client.packet()
    for _ in range(20):
        await io.send("user::anna", "news", 1)
    server.links[client.sid].close(Ending.DRAIN)
    packets = []
    while (answer := await client.poll()).status == 200:
        packets += answer.packets
    assert packets[:20] == ['42["news",1]'] * 20
    assert packets[20].startswith('42["closing"')
    assert packets[21:] == []
    assert answer.status == 400
    await server.empty()
