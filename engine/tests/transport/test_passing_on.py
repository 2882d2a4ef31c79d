"""Requests for a link that another process of the machine has: of two nodes on two ports each has half of the links."""

import asyncio
import json
from functools import partial

import pytest

from engine.http.handing_over import Receiver
from engine.tests.app import io
from engine.tests.transport.conftest import end, until
from engine.tests.transport.raw import SEPARATOR, UPGRADE, Connection, Polling, WebSocket, request
from engine.tests.transport.sibling import Sibling
from engine.transport.siblings import Siblings

LARGE = 3_000_000


@pytest.fixture
def siblings(io_loop, tmp_path):
    """Two of them."""

    async def make():
        return [Sibling(number, tmp_path) for number in (1, 2)]

    @io.on("echo")
    async def echo(socket, payload):
        return payload

    made = io_loop.run_sync(make)
    yield made
    for each in made:
        each.receiver.close()
        each.server.stop()
        io_loop.run_sync(partial(end, each.server))


@pytest.fixture
def ports(siblings) -> list[int]:
    return [each.port for each in siblings]


def moved(client: Polling, port: int) -> Polling:
    """The same client, whose requests go to another process."""
    return Polling(port, client.sid, client.opening)


async def test_an_id_tells_which_process_made_it(siblings, tmp_path):
    names = {Siblings(number, tmp_path).name for number in range(4096)}
    assert len(names) == 4096
    for each, number in zip(siblings, (1, 2), strict=True):
        assert {each.node.eio.generate_id()[:2] for _ in range(100)} == {Siblings(number, tmp_path).name}
        assert len({each.node.eio.generate_id() for _ in range(100)}) == 100
    far = Siblings(3000, tmp_path)
    assert Siblings(1, tmp_path).other(far.name + "x" * 18) == tmp_path / "3000"
    assert [far.other(name) for name in (far.name + "x", "", "a", "é!x", None)] == [None] * 5


async def test_every_request_of_a_client_may_come_to_the_wrong_process(ports):
    client = await Polling.open(ports[0])
    away = moved(client, ports[1])
    assert (await away.post('40{"token":"anna"}')).body == b"ok"
    assert (await away.packet()).startswith('40{"sid":"')
    poll = await away.start_poll()
    for number in range(5):
        await (away if number % 2 else client).post(f'42{number}["echo",{number}]')
        assert (await poll.answer()).text == f"43{number}[{number}]"
        poll = await (client if number % 2 else away).start_poll()
    poll.close()


async def test_a_connection_that_was_handed_over_goes_on_where_it_is(siblings, ports):
    client = await Polling.open(ports[0])
    connection = await Connection.open(ports[1])
    assert (await connection.request("POST", client.query, body='40{"token":"anna"}')).body == b"ok"
    handed = siblings[0].server._connections.copy()
    for _ in range(3):
        assert (await connection.request("POST", client.query, body='421["echo",1]')).body == b"ok"
    assert siblings[0].server._connections == handed
    # And back again, with a request of another's.
    other = await Polling.open(ports[1])
    assert (await connection.request("POST", other.query, body="40")).body == b"ok"
    assert (await connection.request("GET", client.query)).packets[1:] == ["431[1]"] * 3
    connection.close()


@pytest.mark.parametrize("framing", [{}, {"Transfer-Encoding": "chunked"}], ids=["length", "chunked"])
async def test_a_large_body_goes_along_whatever_its_framing(ports, framing):
    client = await Polling.open(ports[0])
    await client.post('40{"token":"anna"}')
    await client.packet()
    packet = f'421["echo","{"ü" * (LARGE // 2)}"]'
    body = packet.encode()
    if framing:
        halves = body[:70_001], body[70_001:]
        body = b"".join(f"{len(each):x}\r\n".encode() + each + b"\r\n" for each in (*halves, b""))
    connection = await Connection.open(ports[1])
    assert (await connection.request("POST", client.query, framing, body)).body == b"ok"
    came = (await client.poll()).text.split(SEPARATOR)
    assert came[-1] == packet.replace('421["echo",', "431[", 1)
    connection.close()


async def test_binary_goes_along_as_it_is(ports):
    client = await Polling.open(ports[0])
    away = moved(client, ports[1])
    await away.post('40{"token":"anna"}')
    await away.packet()
    await away.post('451-7["echo",{"_placeholder":true,"num":0}]', "bAQIDBA==")
    assert (await away.poll()).packets == ['461-7[{"_placeholder":true,"num":0}]', "bAQIDBA=="]


async def test_requests_in_one_write_are_answered_in_order_by_whoever_has_the_link(ports):
    clients = [await Polling.open(ports[number % 2]) for number in range(6)]
    connection = await Connection.open(ports[0])
    for number, client in enumerate(clients):
        connection.ask("POST", client.query, body=f'40{{"token":"user{number}"}}')
    assert [(await connection.answer()).body for _ in clients] == [b"ok"] * 6
    for client in clients:
        connection.ask("GET", client.query)
    answers = [await connection.answer() for _ in clients]
    ids = [json.loads(answer.text[2:])["sid"] for answer in answers]
    for client, id in zip(clients, ids, strict=True):
        assert client.sid[:2] == id[:2]
    connection.close()


@pytest.mark.parametrize("early", [b"", b"2probe"])
async def test_an_upgrade_comes_to_the_wrong_process(ports, early):
    client = await Polling.open(ports[0])
    away = moved(client, ports[1])
    await away.post('40{"token":"anna"}')
    await away.packet()
    connection = await Connection.open(ports[1])
    websocket = WebSocket(connection)
    connection.ask("GET", f"EIO=4&transport=websocket&sid={client.sid}", UPGRADE)
    if early:
        websocket.send(early.decode())
    assert (await connection.answer()).status == 101
    if not early:
        websocket.send("2probe")
    assert await websocket.receive() == "3probe"
    websocket.send("5", '451-7["echo",{"_placeholder":true,"num":0}]', b"\x00\xff")
    assert [await websocket.receive(), await websocket.receive()] == [
        '461-7[{"_placeholder":true,"num":0}]',
        b"\x00\xff",
    ]
    websocket.close()
    connection.close()


async def test_a_connection_that_was_handed_over_is_still_of_its_client(siblings, ports):
    client = await Polling.open(ports[0])
    streams = await asyncio.open_connection("127.0.0.1", ports[1], local_addr=("127.0.0.2", 0))
    connection = Connection(ports[1], *streams)
    assert (await connection.request("POST", client.query, body='40{"token":"anna"}')).body == b"ok"
    opened = await connection.request("GET", "EIO=4&transport=polling")
    link = siblings[0].links[json.loads(opened.text[1:])["sid"]]
    assert link.handshake.ip == "127.0.0.2"
    connection.close()


async def test_links_of_a_process_that_has_died_are_unknown(siblings, ports):
    client = await Polling.open(ports[0])
    siblings[0].receiver.close()
    answer = await request(ports[1], "GET", client.query)
    assert (answer.status, json.loads(answer.body)) == (400, {"code": 1, "message": "Session ID unknown"})
    # As are those of one that was killed, whose socket is still in the folder.
    siblings[0].receiver.path.touch()
    assert (await request(ports[1], "GET", client.query)).status == 400
    never = f"EIO=4&transport=polling&sid={'_' * 20}"
    assert (await request(ports[1], "GET", never)).status == 400


async def test_a_link_that_has_ended_is_unknown_at_once_and_not_passed_on_in_a_circle(ports):
    client = await Polling.open(ports[0])
    await client.post("1")
    assert (await request(ports[1], "GET", client.query)).status == 400


async def test_what_the_owner_refuses_is_refused(ports):
    client = await Polling.open(ports[0])
    refused = await request(ports[1], "GET", client.query, headers={"Origin": "https://evil.example.com"})
    assert refused.status == 403
    assert (await request(ports[1], "GET", client.query.replace("EIO=4", "EIO=3"))).status == 400
    assert (await request(ports[1], "GET", f"transport=websocket&EIO=4&sid={client.sid}")).status == 400


async def test_a_client_that_hangs_up_on_the_way_costs_nothing(siblings, ports, lines):
    client = await Polling.open(ports[0])
    for _ in range(20):
        connection = await Connection.open(ports[1])
        connection.ask("GET", client.query)
        await connection.writer.drain()
        connection.reset()
    await until(lambda: not any(each.server._connections for each in siblings))
    assert (await client.post('40{"token":"anna"}')).body == b"ok"
    await until(lambda: len(siblings[0].receiver.tasks) == 1)
    assert [line for line in lines() if "Traceback" in line or "failed" in line] == []


async def test_a_process_that_dies_in_the_middle_of_handing_over_leaves_nothing_open(siblings, ports, tmp_path):
    taken = []
    receiver = Receiver(tmp_path / "9", lambda *given: taken.append(given))
    reader, writer = await asyncio.open_unix_connection(tmp_path / "9")
    writer.write((100).to_bytes(8) + b"half")
    writer.close()
    reader, writer = await asyncio.open_unix_connection(tmp_path / "9")
    writer.write(b"x")
    assert await reader.read() == b""
    writer.close()
    receiver.close()
    assert taken == []
