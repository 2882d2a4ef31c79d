"""How large a message may be: 64 KiB before its client is accepted, 1 MB after, and whoever sends more is told why."""

import json
from base64 import b64encode

import pytest

from engine.tests.app import io
from engine.tests.transport.raw import Closed, Connection

FIRST, LARGEST = 65_536, 1_000_000
ECHO = '42["echo",""]'
PLACE = '{"_placeholder":true,"num":0}'


def echo(size: int) -> str:
    """An event of so many bytes as a message, which asks for an ack."""
    return f'421["echo","{"x" * (size - len(ECHO) - 1)}"]'


def is_told(closing: str, code: str = "too_large") -> bool:
    name, payload = json.loads(closing.removeprefix("42"))
    return name == "closing" and payload["code"] == code and payload["message"].endswith(".")


async def test_a_message_as_large_as_the_limit_is_taken(server):
    websocket, polling = await server.websocket("anna"), await server.polling("bert")
    websocket.send(echo(LARGEST))
    assert len(await websocket.receive()) == LARGEST - len('"echo",')
    assert (await polling.post(echo(LARGEST))).text == "ok"
    assert len(await polling.packet()) == LARGEST - len('"echo",')


async def test_a_websocket_hears_why_before_it_is_closed(server, lines):
    websocket = await server.websocket("anna")
    websocket.send(echo(LARGEST + 1))
    assert is_told(await websocket.receive())
    assert await websocket.receive() == Closed(1009, "too_large")
    await server.empty()
    assert len(lines()) == 1
    assert "larger than MAX_MESSAGE_BYTES=1000000" in lines()[0]


@pytest.mark.parametrize("how", ["announced", "chunked", "one of two packets"])
async def test_polling_hears_why_before_its_post_is_answered(server, lines, how):
    client = await server.polling("anna")
    poll, post = await client.start_poll(), await Connection.open(server.port)
    if how == "announced":
        post.ask("POST", client.query, {"Content-Length": 2 * LARGEST + 1})
    elif how == "chunked":
        post.ask("POST", client.query, {"Transfer-Encoding": "chunked"})
        post.write(b"%x\r\n%b\r\n" % (2 * LARGEST + 1, b"x" * (2 * LARGEST + 1)))
    else:
        post.ask("POST", client.query, body=f"3\x1e{echo(LARGEST + 1)}")
    (closing,) = (await poll.answer()).packets
    assert is_told(closing)
    assert (await client.poll()).text == "1"
    assert (await post.answer()).status == 413
    post.close()
    await server.empty()
    assert len(lines()) == 1
    assert "larger than MAX_MESSAGE_BYTES=1000000" in lines()[0]


async def test_a_post_that_is_too_long_is_answered_though_nobody_polls(server, monkeypatch):
    monkeypatch.setattr("engine.transport.polling.FETCHED_SECONDS", 0.05)
    client = await server.polling("anna")
    post = await Connection.open(server.port)
    post.ask("POST", client.query, {"Content-Length": 2 * LARGEST + 1})
    assert (await post.answer()).status == 413
    assert is_told((await client.poll()).packets[0])


async def test_several_packets_may_make_a_post_that_is_longer_than_one(server):
    client = await server.polling("anna")
    assert (await client.post(echo(LARGEST - 10), echo(LARGEST - 10))).text == "ok"
    packets = (await client.poll()).packets
    while len(packets) < 2:
        packets += (await client.poll()).packets
    assert [len(packet) for packet in packets] == [LARGEST - 17] * 2


async def test_base64_counts_as_what_it_is(server):
    client = await server.polling("anna")
    data = b64encode(b"x" * 900_000).decode()
    assert (await client.post(f'451-1["echo",{PLACE}]', f"b{data}")).text == "ok"
    assert (await client.poll()).packets == [f"461-1[{PLACE}]", f"b{data}"]
    await client.post(f'451-1["echo",{PLACE}]', "b" + b64encode(b"x" * (LARGEST + 1)).decode())
    assert is_told((await client.poll()).packets[0])


@pytest.mark.parametrize("size", [FIRST, FIRST + 1])
async def test_before_its_client_is_accepted_a_message_is_small(server, lines, size):
    websocket = await server.websocket()
    websocket.send(('40{"token":"anna","a":"' + "x" * size)[: size - 2] + '"}')
    if size == FIRST:
        assert (await websocket.receive()).startswith('40{"sid":')
        return
    assert await websocket.receive() == Closed(1009, "too_large")
    assert ["larger than MAX_UNACCEPTED_MESSAGE_BYTES=65536" in line for line in lines()] == [True]


async def test_a_post_of_who_is_not_accepted_is_small_as_well(server):
    for session in (await server.polling(), None):
        post = await Connection.open(server.port)
        query = session.query if session else "EIO=4&transport=polling&sid=unknown"
        post.ask("POST", query, {"Content-Length": FIRST + 1})
        assert (await post.answer()).status == 413


async def test_who_is_accepted_may_send_large_messages_after_an_upgrade_too(server):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send("2probe", "5", echo(LARGEST))
    assert await websocket.receive() == "3probe"
    assert len(await websocket.receive()) == LARGEST - len('"echo",')


async def test_a_websocket_that_only_probes_may_not(server):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send("x" * (FIRST + 1))
    assert await websocket.receive() == Closed(1008, "not an upgrade probe")
    assert await io.online("anna")


async def test_the_limit_is_a_setting_of_its_own(server):
    server.limit(message_bytes=100, unaccepted_message_bytes=1000)
    websocket = await server.websocket("anna")
    assert await websocket.call("echo", "x" * 50) == ["x" * 50]
    websocket.send(echo(101))
    assert is_told(await websocket.receive())
