"""A socket lives no longer than its token: it is told a minute before, and closed when the token expires."""

import asyncio
import json
import time

import pytest

from engine.loop.wheel import TICK_SECONDS
from engine.tests.app import io
from engine.tests.people import ANNA, Access
from engine.tests.transport.raw import WebSocket

SOON = 0.5


def event(packet: str) -> tuple:
    """The name and the payload of an event."""
    return tuple(json.loads(packet.removeprefix("42").removeprefix("/chat,")))


async def test_a_socket_is_told_a_minute_before_its_token_expires(wire, office):
    wire = await wire()
    issued = time.time()
    await wire.join(office.issue(ANNA, seconds=60 + SOON))

    name, payload = event(await wire.read())
    assert name == "token:expiring"
    assert 30 < payload["seconds"] <= 60
    assert time.time() >= issued + SOON - TICK_SECONDS


async def test_it_is_told_at_once_when_less_than_that_is_left(wire, office, hook):
    @hook
    async def connection(socket, user):
        await socket.send("hello")

    wire = await wire()
    assert (await wire.join(office.issue(ANNA, seconds=30.2))).startswith("40")

    told, hello = event(await wire.read()), event(await wire.read())
    assert told[0] == "token:expiring"
    assert 0 < told[1]["seconds"] <= 30
    assert hello == ("hello",)


async def test_it_is_closed_when_its_token_expires_and_hears_why(wire, office, limits):
    limits(expiry_notice_seconds=SOON)
    wire = await wire()
    expires_at = time.time() + SOON
    await wire.join(office.issue(ANNA, seconds=SOON))

    told, closing, disconnect = [await wire.read() for _ in range(3)]

    assert time.time() >= expires_at
    assert event(told) == ("token:expiring", {"seconds": 0})
    name, reason = event(closing)
    assert (name, reason["code"], bool(reason["message"])) == ("closing", "expired", True)
    assert disconnect == "41"
    assert await wire.rest() == []
    assert wire.code == 1008


async def test_it_is_told_once_however_often_it_is_looked_after(wire, office, limits):
    limits(expiry_notice_seconds=60, ping_interval_seconds=0.02)
    wire = await wire()
    await wire.join(office.issue(ANNA, seconds=SOON))

    assert [event(packet)[0] for packet in (await wire.rest())[:-1]] == ["token:expiring", "closing"]


async def test_whoever_has_expired_is_nobody_any_more(wire, office, until):
    gone = []

    @io.on("disconnect")
    async def disconnect(socket, reason):
        gone.append(reason)

    wire = await wire()
    await wire.join(office.issue(ANNA, seconds=SOON))
    await io.join("anna", "tea")
    await until(lambda: gone)
    await io.send(["tea", "user::anna"], "news")
    await io.broadcast("news")

    assert not await io.online("anna")
    assert gone == ["expired"]
    assert [event(packet)[0] for packet in (await wire.rest())[:-1]] == ["token:expiring", "closing"]


async def test_what_it_emits_afterwards_runs_no_handler(wire, office):
    ran = []

    @io.on("step")
    async def step(socket, payload):
        ran.append(payload)

    wire = await wire()
    await wire.join(office.issue(ANNA, seconds=SOON))
    while await wire.read() != "41":
        pass
    await wire.send('42["step"]')

    assert await wire.rest() == []
    assert ran == []


async def test_a_client_that_polls_hears_why(connect, received, office):
    client = await connect(auth={"token": office.issue(ANNA, seconds=SOON)}, transports=["polling"])

    assert (await received(client, "token:expiring")) == {"seconds": 0}
    assert (await received(client, "closing"))["code"] == "expired"
    assert await client.closed() == "server disconnect"


@pytest.mark.slow
async def test_a_client_that_does_not_read_is_gone_all_the_same(http_server, http_port, office, monkeypatch, until):
    monkeypatch.setattr("engine.transport.websocket.CLOSING_SECONDS", 0.1)
    client = await WebSocket.open(http_port, receive_buffer=4096)
    client.send(json.dumps({"token": office.issue(ANNA, seconds=SOON)}).join(["40", ""]))
    while not str(await client.receive()).startswith("40"):
        pass
    client.connection.writer.transport.pause_reading()
    (socket,) = io.node.hub.everybody()
    while not socket.link.behind:
        await socket.send("news", "x" * 50_000)
        await asyncio.sleep(0)

    await until(lambda: socket.ended == "expired")
    assert not await io.online("anna")
    await until(lambda: not io.server.eio.websockets)


async def test_a_hook_that_still_runs_is_ended(wire, office, hook, until):
    ended = []

    @hook
    async def connection(socket, user):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(socket.ended)

    wire = await wire()
    await wire.join(office.issue(ANNA, seconds=SOON))

    assert [event(packet)[0] for packet in (await wire.rest())[:-1]] == ["token:expiring", "closing"]
    await until(lambda: ended == ["expired"])


async def test_each_namespace_lives_as_long_as_its_own_token(wire, office):
    io.server.on("say", lambda sid: "said", namespace="/chat")
    wire = await wire()
    await wire.join(office.issue(ANNA, seconds=SOON))
    assert event(await wire.read())[0] == "token:expiring"
    await wire.join(office.issue(ANNA), "/chat")

    assert event(await wire.read())[0] == "closing"
    assert await wire.read() == "41"
    await wire.send('42/chat,1["say"]')
    assert await wire.read() == '43/chat,1["said"]'


async def test_a_namespace_of_its_own_expires_with_its_token(wire, office, sockets):
    io.server.on("say", lambda sid: "said", namespace="/chat")
    wire = await wire()
    await wire.join(office.issue(ANNA))
    await wire.join(office.issue(ANNA, seconds=SOON), "/chat")

    assert [event(await wire.read())[0] for _ in range(2)] == ["token:expiring", "closing"]
    assert await wire.read() == "41/chat,"
    assert [socket.namespace for socket in sockets()] == ["/"]
    assert sockets("/chat") == []


@pytest.mark.parametrize("expires_at", [-1, 0.05, float("nan")])
async def test_a_token_that_expires_before_the_socket_is_let_in_is_refused(wire, office, expires_at):
    async def slow(token):
        await asyncio.sleep(0.06)
        return Access(ANNA, "laptop", since + expires_at)

    io.node.services.accounts.authenticate = slow
    since = time.time()
    packet = await (await wire()).join("anna")

    assert json.loads(packet.removeprefix("44"))["data"] == {"code": "token_expired"}
    assert not await io.online("anna")


async def test_a_token_that_does_not_say_when_it_expires_lets_nobody_in(wire, office, errors):
    async def without(token):
        return Access(ANNA, "laptop", None)

    io.node.services.accounts.authenticate = without
    packet = await (await wire()).join("anna")

    assert json.loads(packet.removeprefix("44"))["data"] == {"code": "internal_error"}
    assert len(errors()) == 1


async def test_where_the_clock_is_set_what_the_token_says_counts(wire, office, limits, sockets, monkeypatch):
    limits(ping_interval_seconds=SOON)
    wire = await wire()
    await wire.join(office.issue(ANNA))
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 3600)

    assert event(await wire.read())[1]["code"] == "expired"


async def test_that_a_token_expires_is_the_engines_to_tell(connect):
    client = await connect(ANNA)
    (socket,) = io.node.hub.everybody()

    for send in (io.send("tea", "token:expiring"), io.broadcast("token:expiring"), socket.send("token:expiring")):
        with pytest.raises(ValueError, match="token:expiring"):
            await send
    assert await client.settled() == []
