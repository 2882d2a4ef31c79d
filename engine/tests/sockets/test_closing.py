"""Guarantee 7: a closed client knows why, and whether to come back."""

import asyncio
import json

import pytest

from engine.endings import Ending
from engine.tests.app import io
from engine.tests.people import ANNA

pytestmark = pytest.mark.contract


def closing(packet: str) -> dict:
    """What the event `closing` says."""
    event, reason = json.loads(packet.removeprefix("42"))
    assert event == "closing"
    assert reason.keys() == {"code", "message"}
    assert reason["message"]
    return reason


async def test_who_is_thrown_out_hears_why_then_disconnect_then_the_transport_closes(wire):
    wire = await wire()
    await wire.join("anna")

    await io.disconnect("anna", "You were thrown out.")

    reason, disconnect = await wire.rest()
    assert closing(reason) == {"code": "kicked", "message": "You were thrown out."}
    assert disconnect == "41"


async def test_what_was_sent_before_comes_before_the_reason_and_nothing_after_it(wire):
    wire = await wire()
    await wire.join("anna")
    (socket,) = io.node.hub.sockets["/"].values()

    await io.send("user::anna", "before")
    await io.disconnect("anna")
    await io.send("user::anna", "after")
    await io.broadcast("after")
    await socket.send("after")
    await io.server.emit("after", to=socket.id)

    before, reason, disconnect = await wire.rest()
    assert before == '42["before"]'
    assert closing(reason)["code"] == "kicked"
    assert disconnect == "41"


async def test_who_is_thrown_out_twice_hears_it_once(wire):
    wire = await wire()
    await wire.join("anna")
    (socket,) = io.node.hub.sockets["/"].values()

    await io.disconnect("anna", "Once.")
    await io.disconnect("anna", "Twice.")
    await socket.disconnect("Thrice.")

    reason, disconnect = await wire.rest()
    assert closing(reason)["message"] == "Once."
    assert disconnect == "41"


async def test_the_default_reason_says_something(wire):
    wire = await wire()
    await wire.join("anna")

    await io.disconnect("anna")

    closing((await wire.rest())[0])


async def test_a_handler_that_throws_its_client_out_sends_no_ack_after_that(wire):
    @io.on("leave")
    async def leave(socket, payload):
        await socket.disconnect("As you wish.")
        return "bye"

    wire = await wire()
    await wire.join("anna")
    await wire.send('421["leave"]')

    reason, disconnect = await wire.rest()
    assert closing(reason)["message"] == "As you wish."
    assert disconnect == "41"


async def test_who_is_thrown_out_while_polling_hears_why(connect, received):
    anna = await connect(ANNA, transports=["polling"])

    await io.disconnect("anna", "Enough.")

    assert await received(anna, "closing") == {"code": "kicked", "message": "Enough."}
    assert await anna.closed() == "server disconnect"


async def test_a_client_that_stays_after_disconnect_is_closed(wire):
    wire = await wire()
    await wire.join("anna")

    await io.disconnect("anna")
    await wire.rest()

    assert wire.code == 1008
    assert not io.server.eio.sockets


async def test_a_server_that_ends_says_so_and_only_the_transport_closes(wire):
    wire = await wire()
    await wire.join("anna")
    await io.send("user::anna", "before")

    await io.drain(0.1)

    before, reason = await wire.rest()
    assert before == '42["before"]'
    assert closing(reason)["code"] == "drain"
    assert wire.code == 1012


async def test_a_server_that_ends_takes_nobody_new(wire, http_client, base_url):
    await io.drain(0)

    answer = await http_client.fetch(f"{base_url}/socket.io/?EIO=4&transport=polling", raise_error=False)

    assert answer.code == 503
    with pytest.raises(Exception, match="503"):
        await wire()


@pytest.mark.one_node
async def test_a_server_that_ends_runs_the_disconnect_handlers(connect):
    gone = []

    @io.on("disconnect")
    async def disconnect(socket, reason):
        await asyncio.sleep(0.01)
        gone.append(reason)

    for _ in range(3):
        await connect(ANNA)
    await io.drain(1)

    assert gone == ["drain"] * 3


async def test_a_handler_that_hangs_does_not_hold_up_the_end(connect):
    begun = asyncio.Event()

    @io.on("hang")
    async def hang(socket, payload):
        begun.set()
        await asyncio.Event().wait()

    anna = await connect(ANNA)
    await anna.emit("hang")
    await begun.wait()

    async with asyncio.timeout(30):
        await io.drain(0.2)


async def test_a_hook_that_fails_says_so_and_only_the_transport_closes(wire, hook):
    @hook
    async def connection(socket, user):
        await socket.send("before")
        raise LookupError

    wire = await wire()
    await wire.join("anna")

    before, reason = await wire.rest()
    assert before == '42["before"]'
    assert closing(reason)["code"] == "hook_failed"
    assert wire.code == 1008


async def test_a_hook_that_fails_says_so_to_a_client_that_polls(connect, received, hook):
    @hook
    async def connection(socket, user):
        raise LookupError

    anna = await connect(ANNA, transports=["polling"])

    assert (await received(anna, "closing"))["code"] == "hook_failed"
    await anna.closed()


async def test_every_namespace_hears_why_the_transport_closes(wire):
    io.server.on("say", lambda *_: None, namespace="/chat")
    wire = await wire()
    await wire.join("anna")
    await wire.join("anna", "/chat")

    await io.drain(0.1)

    first, second = await wire.rest()
    assert closing(first)["code"] == "drain"
    assert closing(second.replace("/chat,", ""))["code"] == "drain"


async def test_who_has_fallen_behind_hears_why(wire):
    wire = await wire()
    await wire.join("anna")
    (link,) = io.server.eio.sockets.values()

    link.close(Ending.SLOW, "Too slow.")

    (reason,) = await wire.rest()
    assert closing(reason) == {"code": "slow", "message": "Too slow."}
