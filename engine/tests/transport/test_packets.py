"""Engine.IO and Socket.IO packets that no client should send, and what comes of them (Socket.IO v5)."""

import asyncio
import json

import pytest

from engine.tests.app import io
from engine.tests.transport.raw import Closed

DEEP = "[" * 30_000 + "]" * 30_000


@pytest.fixture
def traces(server):
    """What ran in the application."""
    traces = []
    io.server.on("connect", lambda sid, environ, auth=None: traces.append("connect"))
    io.server.on("disconnect", lambda sid, reason=None: traces.append("disconnect"))

    @io.on("note")
    async def note(socket, payload):
        traces.append("note")

    return traces


@pytest.mark.parametrize(
    "packet", ["", "x", "7", "0", "2", "2probe", "5", "3probe", "11", "4", "47[]", "4x", "b!", "bAQID"]
)
async def test_what_is_no_packet_closes_the_session(server, lines, packet):
    websocket = await server.websocket("anna")
    websocket.send(packet)
    assert (await websocket.closed()).code == 1008
    await server.empty()
    assert len(lines()) == 1


async def test_a_noop_and_an_unasked_pong_are_no_offence(server):
    websocket = await server.websocket("anna")
    websocket.send("6", "3", "3")
    assert await websocket.call("echo", 1) == [1]


@pytest.mark.parametrize(
    "packet",
    [
        "42",  # no payload
        "42[]",
        '42{"0":"echo"}',
        '42"echo"',
        "42[null]",
        '42["echo"',
        '42["echo"]x',
        '42["echo",NaN]',
        '42["echo",Infinity]',
        '42["echo",-Infinity]',
        "42[true]",
        f"42{DEEP}",
        f"40{DEEP}",
        "43[]",  # an ack of nothing
        "431",
        "431{}",
        "40[]",
        '40"token"',
        "40",  # a second CONNECT
        '40{"token":"anna"}',
        "44",  # a server's packet
        '44{"message":"no"}',
        "41{}",
        "45-[]",
        '459999999999-["echo"]',
        '4511-["echo"]',
        '451["echo"]',
        '421-["echo"]',
        '42nonsense["echo"]',
        "42/" + "x" * 200 + ',["echo"]',
        '4299999999999999999999["echo"]',
        '42\u0663["echo"]',  # a digit, but none of ASCII's
    ],
)
async def test_a_broken_packet_closes_the_session(server, lines, traces, packet):
    websocket = await server.websocket("anna")
    websocket.send(packet, '42["note"]')
    assert (await websocket.closed()).code == 1008
    await server.empty()
    assert traces == ["connect", "disconnect"]
    assert len(lines()) == 1


@pytest.mark.parametrize(
    "name", ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]
)
async def test_a_reserved_event_closes_the_session_and_runs_no_handler(server, lines, traces, name):
    websocket = await server.websocket("anna")
    websocket.send(f'42["{name}","nobody",{{"REMOTE_ADDR":"1.2.3.4"}}]')
    assert (await websocket.closed()).code == 1008
    await server.empty()
    assert traces == ["connect", "disconnect"]
    assert len(lines()) == 1


@pytest.mark.parametrize(
    "packet", ['42["note"]', "41", "431[]", '451-["note",{"_placeholder":true,"num":0}]', "42/x,[1]"]
)
async def test_a_packet_before_connect_closes_the_session(server, traces, packet):
    websocket = await server.websocket()
    websocket.send(packet)
    if packet.startswith("45"):
        websocket.send(b"x")
    assert (await websocket.closed()).code == 1008
    await server.empty()
    assert not traces


async def test_a_binary_frame_without_its_packet_closes_the_session(server):
    websocket = await server.websocket("anna")
    websocket.send(b"x")
    assert (await websocket.closed()).code == 1008


@pytest.mark.parametrize(
    "packet",
    [
        '451-["note",{"_placeholder":true,"num":1}]',
        '451-["note",{"_placeholder":true,"num":-1}]',
        '451-["note",{"_placeholder":true,"num":"0"}]',
        '451-["note",{"_placeholder":true,"num":0.0}]',
        '451-["note",{"_placeholder":true}]',
        '451-["note",{"_placeholder":1,"num":0}]',
        '451-["note"]',
    ],
)
async def test_an_attachment_without_its_placeholder_closes_the_session(server, traces, packet):
    websocket = await server.websocket("anna")
    websocket.send(packet, b"x" * 1000)
    assert (await websocket.closed()).code == 1008
    await server.empty()
    assert "note" not in traces


async def test_a_packet_inside_another_s_attachments_closes_the_session(server):
    websocket = await server.websocket("anna")
    websocket.send('452-["note",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', b"x", '42["note"]')
    assert (await websocket.closed()).code == 1008


async def test_ten_attachments_arrive(server):
    websocket = await server.websocket("anna")
    places = ",".join(f'{{"_placeholder":true,"num":{number}}}' for number in range(10))
    websocket.send(f'4510-1["echo",[{places}]]', *[bytes((number,)) for number in range(10)])
    assert (await websocket.next()).startswith("4610-1[")
    assert [await websocket.next() for _ in range(10)] == [bytes((number,)) for number in range(10)]


async def test_an_unknown_namespace_is_refused(server):
    websocket = await server.websocket()
    websocket.send("40/random,")
    assert await websocket.receive() == '44/random,{"message":"Invalid namespace"}'


@pytest.mark.parametrize("packet", ["40/random", "40/random,", '40/random,{"token":"anna"}', "40/random?a=b,"])
async def test_an_unknown_namespace_is_refused_beside_another(server, packet):
    websocket = await server.websocket("anna")
    websocket.send(packet)
    assert await websocket.receive() == '44/random,{"message":"Invalid namespace"}'
    assert await websocket.call("echo", 1) == [1]


async def test_a_disconnect_ends_the_namespace_and_then_the_transport(server, traces):
    server.limit(connect_seconds=0.05)
    websocket = await server.websocket("anna")
    websocket.send("41")
    assert isinstance(await websocket.next(), Closed)
    await server.empty()
    assert traces == ["connect", "disconnect"]


async def test_one_that_left_its_last_namespace_by_itself_is_pinged_and_may_connect_again(server):
    server.limit(refused_seconds=0, ping_interval_seconds=0.05)
    websocket = await server.websocket("anna")
    websocket.send("41")
    for _ in range(2):
        assert await websocket.next() == "2"
        websocket.send("3")
    websocket.send('40{"token":"anna"}')
    assert (await websocket.receive()).startswith('40{"sid":"')


async def test_packets_behind_a_disconnect_are_no_offence(server, traces, lines):
    server.limit(connect_seconds=0.05)
    websocket = await server.websocket("anna")
    websocket.send("41", '42["note"]', "41")
    await websocket.closed()
    await server.empty()
    assert traces == ["connect", "disconnect"]
    assert not lines()


async def test_a_disconnect_from_one_namespace_leaves_the_other(server):
    io.server.on("connect", lambda sid, environ, auth=None: None, namespace="/other")
    websocket = await server.websocket("anna")
    websocket.send('40/other,{"token":"anna"}')
    assert (await websocket.receive()).startswith('40/other,{"sid":"')
    websocket.send("41/other")
    assert await websocket.call("echo", 1) == [1]


async def test_an_event_that_asks_for_an_ack_gets_one(server):
    websocket = await server.websocket("anna")
    websocket.send('42["echo"]', '4212["echo"]', '420["echo"]', '429007199254740991["echo",[1,"2",{"3":[true]}]]')
    assert await websocket.next() == "4312[]"
    assert await websocket.next() == "430[]"
    assert await websocket.next() == '439007199254740991[[1,"2",{"3":[true]}]]'


async def test_integers_of_64_bits_are_kept(server):
    websocket = await server.websocket("anna")
    for number in (2**64 - 1, -(2**63), 2**53 + 1):
        assert await websocket.call("echo", number) == [number]


@pytest.mark.parametrize("text", ["\u2028", "\x00", "\U0001f600", '"\\', "\x1e", "e\u0301"])
async def test_any_text_goes_both_ways(server, text):
    websocket = await server.websocket("anna")
    assert await websocket.call("echo", text) == [text]
    client = await server.polling("bert")
    await client.post(f'421["echo",{json.dumps(text)}]')
    assert json.loads((await client.poll()).text.removeprefix("431")) == [text]


async def test_a_handler_that_raises_leaves_the_client_connected(server, lines):
    @io.on("fail")
    async def fail(socket, payload):
        raise RuntimeError("a bug")

    websocket = await server.websocket("anna")
    assert (await websocket.call("fail"))[0]["error"]["name"] == "InternalError"
    assert await websocket.call("echo", 1, id=2) == [1]
    assert len(lines()) == 1


async def test_an_ack_nobody_waits_for_is_ignored(server):
    websocket = await server.websocket("anna")
    websocket.send("43123[1,2,3]", "430[]", '461-1[{"_placeholder":true,"num":0}]', b"x")
    assert await websocket.call("echo", 1) == [1]


async def test_a_client_cannot_fake_another_s_ack(server):
    anna, bert = await server.websocket("anna"), await server.websocket("bert")
    asking = asyncio.ensure_future(io.request("anna", "question"))
    assert await anna.receive() == '421["question"]'
    bert.send('431["lie"]')
    assert await bert.call("echo", 1) == [1]
    anna.send('431["truth"]')
    assert await asking == "truth"


async def test_a_disconnect_handler_that_raises_leaves_no_ghost(server, lines):
    ran = []

    async def hook(socket, user):
        await socket.join("room")

        @socket.on("disconnect")
        async def disconnect(socket, reason):
            ran.append((socket.rooms, reason))
            raise RuntimeError("a bug")

    io.node.services.connection = hook
    websocket = await server.websocket("anna")
    assert await websocket.call("echo", 1) == [1]
    websocket.connection.reset()
    await server.empty()
    assert ran == [({"room", "user::anna"}, "transport close")]
    assert await io.members("room") == []
    assert not await io.online("anna")
    assert len(lines()) == 1


@pytest.mark.parametrize("answer", ["[]", "[1,2,3]", '["x"]'])
async def test_an_ack_that_its_callback_cannot_take_costs_nobody_the_connection(server, lines, answer):
    websocket = await server.websocket("anna")
    await io.server.emit("question", room=websocket.id, callback=lambda number: number + 1)
    assert await websocket.receive() == '421["question"]'
    websocket.send(f"431{answer}")
    assert await websocket.call("echo", 1) == [1]
    assert len(lines()) <= 1
