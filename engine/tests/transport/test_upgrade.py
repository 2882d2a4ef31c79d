"""A session that polls moves to a WebSocket (Engine.IO v4, "Upgrade")."""

import asyncio
from contextlib import suppress

import pytest

from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.transport.raw import Closed, WebSocket
from engine.transport import polling, probe


async def test_a_session_moves_to_a_websocket(server):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    poll = await client.start_poll()
    await until(lambda: server.links[client.sid].carrier.waiting)
    websocket.send("2probe")
    assert await websocket.next() == "3probe"
    assert (await poll.answer()).packets == ["6"]
    websocket.send("5")
    assert await websocket.call("echo", "hello") == ["hello"]
    assert server.links[client.sid].upgraded


async def test_messages_behind_the_upgrade_packet_are_read(server):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send("2probe", "5", '421["echo",1]')
    assert [await websocket.next() for _ in range(2)] == ["3probe", "431[1]"]


async def test_what_waited_to_be_fetched_comes_first_and_once(server):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send("2probe")
    assert await websocket.next() == "3probe"
    for number in range(3):
        await io.send("user::anna", "news", number)
    websocket.send("5")
    await until(lambda: server.links[client.sid].upgraded)
    await io.send("user::anna", "news", 3)
    assert [await websocket.event() for _ in range(4)] == [["news", number] for number in range(4)]


async def probed(server):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send("2probe")
    assert await websocket.next() == "3probe"
    # A connection that nobody holds is closed.
    client.upgrading = websocket
    return client


async def test_the_first_poll_during_an_upgrade_is_answered_at_once(server, monkeypatch):
    monkeypatch.setattr(probe, "NOOP_SECONDS", 60)
    client = await probed(server)
    assert (await client.poll()).text == "6"


@pytest.mark.parametrize("first", ["before the probe", "after it"])
async def test_an_upgrade_that_stops_has_other_polls_wait_but_not_what_is_sent(server, monkeypatch, first):
    monkeypatch.setattr(probe, "NOOP_SECONDS", 60)
    if first == "after it":
        client = await probed(server)
        assert (await client.poll()).text == "6"
    else:
        client = await server.polling("anna")
        poll = await client.start_poll()
        await until(lambda: server.links[client.sid].carrier.waiting)
        websocket = await client.upgrade()
        websocket.send("2probe")
        assert (await poll.answer()).text == "6"
    poll = await client.start_poll()
    await until(lambda: server.links[client.sid].carrier.waiting)
    await io.send("user::anna", "news", 1)
    assert (await poll.answer()).packets == ['42["news",1]']


async def test_a_poll_that_waits_during_an_upgrade_is_answered_before_long(server):
    client = await probed(server)
    assert [(await client.poll()).text for _ in range(3)] == ["6", "6", "6"]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_on_an_upgraded_session_is_refused(server, method):
    client = await upgraded(server)
    answer = await server.request(method, client.query, body='42["echo"]' if method == "POST" else "")
    assert answer.status == 400
    assert await io.online("anna")


async def test_a_second_websocket_on_an_upgraded_session_is_accepted_and_closed_at_once(server):
    client = await upgraded(server)
    second = await WebSocket.open(server.port, f"EIO=4&transport=websocket&sid={client.sid}")
    assert await second.closed() == Closed(1008, "This session has a WebSocket already.")
    assert await client.websocket.call("echo", 1) == [1]


async def upgraded(server):
    client = await server.polling("anna")
    client.websocket = await client.upgrade()
    client.websocket.send("2probe", "5")
    await until(lambda: server.links[client.sid].upgraded)
    return client


async def test_a_websocket_on_a_session_that_opened_as_one_is_accepted_and_closed_at_once(server):
    first = await server.websocket("anna")
    (sid,) = server.links
    second = await WebSocket.open(server.port, f"EIO=4&transport=websocket&sid={sid}")
    assert await second.closed() == Closed(1008, "This session has a WebSocket already.")
    assert await first.call("echo", 1) == [1]


@pytest.mark.parametrize("probe", ["5", "2", "2prob", "2probe2probe", "3probe", "40", "", b"2probe", b"", "1", "6"])
async def test_a_bad_probe_leaves_polling_working(server, lines, probe):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send(probe)
    assert (await websocket.closed()).code == 1008
    await works(client)
    assert not lines()


async def test_a_broken_frame_in_a_probe_leaves_polling_working(server, lines):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.connection.write(b"\x81\x01x")
    assert (await websocket.closed()).code == 1002
    await works(client)
    assert len(lines()) == 1


@pytest.mark.parametrize("said", [(), ("2probe",)])
async def test_a_probe_that_stalls_leaves_polling_working(server, said):
    server.limit(upgrade_seconds=0.05)
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send(*said)
    assert (await websocket.closed()).code == 1008
    await works(client)


@pytest.mark.parametrize("said", [(), ("2probe",), ("2probe", "x")])
@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_probe_that_vanishes_leaves_polling_working(server, said, end):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send(*said)
    getattr(websocket.connection, end)()
    await until(lambda: not server.links[client.sid].carrier.probe and not io.server.eio.websockets)
    await works(client)


async def works(client):
    """A poll waits again, and everything arrives."""
    poll = await client.start_poll()
    await asyncio.sleep(0.01)
    assert (await client.post('421["echo",1]')).body == b"ok"
    assert (await poll.answer()).packets == ["431[1]"]


async def test_a_stalled_probe_does_not_keep_the_next_one_out(server):
    server.limit(upgrade_seconds=0.05)
    client = await server.polling("anna")
    stalled = await client.upgrade()
    stalled.send("2probe")
    await stalled.closed()
    websocket = await client.upgrade()
    websocket.send("2probe", "5")
    assert await websocket.call("echo", 1) == [1]


async def test_only_the_websocket_that_probed_can_take_over(server):
    client = await server.polling("anna")
    first, second = await client.upgrade(), await client.upgrade()
    first.send("2probe")
    assert await first.next() == "3probe"
    second.send("2probe", "5")
    assert (await second.closed()).code == 1008
    first.send("5")
    assert await first.call("echo", 1) == [1]


async def test_the_end_of_another_probe_does_not_disturb_the_upgrade(server):
    client = await server.polling("anna")
    first, second = await client.upgrade(), await client.upgrade()
    first.send("2probe")
    assert await first.next() == "3probe"
    second.connection.reset()
    await until(lambda: io.server.eio.websockets == 1)
    first.send("5")
    assert await first.call("echo", 1) == [1]


async def test_a_probe_of_a_session_that_ends_comes_to_nothing(server, lines):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send("2probe")
    await websocket.next()
    await client.post("1")
    assert (await websocket.closed()).code == 1001
    await server.empty()
    assert not lines()


async def test_an_upgrade_keeps_a_client_that_is_ahead_waiting(server):
    release, running = asyncio.Event(), []

    @io.on("slow")
    async def slow(socket, payload):
        running.append(payload)
        await release.wait()
        return payload

    client = await server.polling("anna")
    post = asyncio.ensure_future(client.post(*(f'42{number}["slow",{number}]' for number in range(40))))
    await until(lambda: server.links[client.sid].carrier.paused)
    websocket = await client.upgrade()
    websocket.send("2probe", "5", '4240["slow",40]')
    assert await websocket.next() == "3probe"
    assert (await post).body == b"ok"
    await until(lambda: server.links[client.sid].upgraded)
    assert server.links[client.sid].carrier.paused
    release.set()
    assert [await websocket.receive() for _ in range(41)] == [f"43{number}[{number}]" for number in range(41)]
    assert running == list(range(41))


async def test_a_client_that_dies_after_its_upgrade_is_gone(server):
    client = await upgraded(server)
    client.websocket.connection.reset()
    await server.empty()
    assert not await io.online("anna")


async def test_an_upgrade_of_an_unfinished_handshake_works(server):
    client = await server.polling()
    websocket = await client.upgrade()
    websocket.send("2probe", "5", '40{"token":"anna"}')
    assert await websocket.next() == "3probe"
    assert (await websocket.next()).startswith('40{"sid":')


async def test_frames_that_come_in_pieces_with_the_upgrade_are_read(server):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    for byte in websocket.frames.send_data("2probe") + websocket.frames.send_data("5"):
        websocket.connection.write(bytes((byte,)))
        await asyncio.sleep(0)
    assert await websocket.next() == "3probe"
    assert await websocket.call("echo", 1) == [1]


async def test_a_session_that_ends_during_its_upgrade_says_why_over_the_websocket(server):
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send("2probe")
    await websocket.next()
    drained = asyncio.ensure_future(io.drain(2))
    await until(lambda: server.links[client.sid].closed)
    # The stock client polls no more: it waits until it may send this.
    websocket.send("5")
    name, payload = await websocket.event()
    assert (name, payload["code"]) == ("closing", "drain")
    assert (await websocket.closed()).code == 1012
    websocket.connection.close()
    await drained


async def test_a_probe_that_is_silent_when_its_session_ends_is_closed_with_it(server, monkeypatch):
    monkeypatch.setattr(polling, "LINGER_SECONDS", 0.05)
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.send("2probe")
    assert await websocket.next() == "3probe"
    await io.drain(0.2)
    assert (await websocket.closed()).code == 1001
    await server.empty()


@pytest.mark.slow
@pytest.mark.parametrize("flood", ["pings", "probes"])
async def test_a_probe_that_floods_and_does_not_read_is_closed(server, lines, monkeypatch, flood):
    monkeypatch.setattr("engine.transport.websocket.CLOSING_SECONDS", 0.05)
    server.limit(backlog_bytes=20_000, volatile_bytes=5000)
    client = await server.polling("anna")
    websocket = await client.upgrade()
    websocket.connection.writer.transport.pause_reading()
    frames = websocket.frames.ping(b"x" * 120) if flood == "pings" else websocket.frames.send_data("2probe")
    with suppress(TimeoutError):
        async with asyncio.timeout(30):
            while io.server.eio.websockets:
                websocket.connection.write(frames * 1000)
                await asyncio.sleep(0)
    assert not io.server.eio.websockets
    await works(client)
    assert len(lines()) <= 1
