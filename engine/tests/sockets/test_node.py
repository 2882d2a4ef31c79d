"""A node does for another process what it does for its own: nothing of the one that asks but plain data."""

import asyncio
import inspect
from datetime import datetime

import pytest

from engine.errors import NotConnected
from engine.node import Member, Node
from engine.sockets.connected import ConnectedSocket
from engine.tests.app import io
from engine.tests.people import ANNA, BOB
from engine.wire.message import Message

NEWS = Message(b'42["news",1]')
ASKED_BY_OTHERS = {
    "send", "broadcast", "join", "leave", "close", "disconnect", "request", "online", "members", "connections",
}  # fmt: skip


@pytest.fixture
def node(http_server) -> Node:
    return io.node


def rooms_of(client) -> set[str]:
    return io.node.hub.socket(client.id).rooms


@pytest.mark.parametrize("name", sorted(ASKED_BY_OTHERS))
def test_what_others_ask_for_takes_plain_data(name):
    parameters = [each for each in inspect.signature(getattr(Node, name)).parameters.values() if each.name != "self"]
    kinds = {str(each.annotation).replace("<class '", "").replace("'>", "") for each in parameters}
    assert kinds <= {
        "engine.wire.message.Message",
        "str",
        "float",
        "bool",
        "str | None",
        "str | collections.abc.Collection[str]",
        "collections.abc.Collection[str]",
        "collections.abc.Collection[str | None]",
    }


async def test_a_packet_reaches_the_members_of_rooms_once_but_those_to_skip(connect, node):
    anna, bob = await connect(ANNA), await connect(BOB)
    node.join("anna", ["tea", "cake"])
    node.join("bob", ["cake"])

    node.send(NEWS, ["tea", "cake"])
    node.send(NEWS, "cake", skip=[anna.id])

    assert await anna.settled() == ["news"]
    assert await bob.settled() == ["news", "news"]


async def test_a_packet_reaches_one_socket_by_its_id(connect, node):
    tabs = [await connect(ANNA), await connect(ANNA)]

    node.send(NEWS, tabs[0].id)

    assert [await tab.settled() for tab in tabs] == [["news"], []]


async def test_a_packet_for_everybody_reaches_everybody_but_those_to_skip(connect, node):
    anna, bob = await connect(ANNA), await connect(BOB)

    node.broadcast(NEWS, skip=[bob.id])

    assert await anna.settled() == ["news"]
    assert await bob.settled() == []


async def test_a_packet_of_a_namespace_stays_in_it(connect, node):
    io.server.on("say", lambda sid: None, namespace="/chat")
    anna = await connect(ANNA, namespaces=["/", "/chat"])
    heard = []
    anna.socket.on("news", lambda *payload: heard.append(payload), namespace="/chat")

    node.send(Message(b'42/chat,["news",2]'), "user::anna", namespace="/chat")
    node.broadcast(Message(b'42/chat,["news",3]'), namespace="/chat")

    assert await anna.settled() == []
    assert heard == [(2,), (3,)]


async def test_a_user_joins_and_leaves_rooms_with_all_sockets(connect, node):
    tabs = [await connect(ANNA), await connect(ANNA)]

    node.join("anna", ["tea", "cake", "pie"])
    node.leave("anna", ["tea", "cake"])

    assert [rooms_of(tab) for tab in tabs] == [{"user::anna", "pie"}] * 2


async def test_whoever_is_not_here_is_no_error(node):
    node.join("nobody", ["tea"])
    node.leave("nobody", ["tea"])
    node.disconnect("nobody", "Enough.")
    node.send(NEWS, ["tea", "user::nobody"])

    assert not node.online("nobody")
    assert await node.members("tea") == []


@pytest.mark.parametrize("asked", [lambda node: node.leave("anna", ["cake", "tea"]), lambda node: node.close("tea")])
async def test_what_others_take_away_wins_over_the_hook_that_runs(connect, received, hook, node, asked):
    read, go = asyncio.Event(), asyncio.Event()

    @hook
    async def connection(socket, user):
        read.set()
        await go.wait()
        await io.join(user.id, ["tea", "pie"])
        await socket.send("done")

    anna = await connect(ANNA)
    await read.wait()
    asked(node)
    go.set()
    await received(anna, "done")

    assert rooms_of(anna) == {"user::anna", "pie"}


async def test_a_room_that_is_closed_is_closed_in_its_namespace(connect, hook, node):
    io.server.on("say", lambda sid: None, namespace="/chat")
    anna = await connect(ANNA, namespaces=["/", "/chat"])
    node.join("anna", ["tea"])
    await io.server.enter_room(anna.socket.get_sid("/chat"), "tea", namespace="/chat")

    node.close("tea", "/chat")

    assert "tea" in rooms_of(anna)
    assert not node.hub.members("tea", "/chat")


async def test_closing_a_room_of_another_namespace_does_not_outdate_a_hook(connect, received, hook, node):
    read, go = asyncio.Event(), asyncio.Event()

    @hook
    async def connection(socket, user):
        read.set()
        await go.wait()
        await socket.join("tea")
        await socket.send("done")

    anna = await connect(ANNA)
    await read.wait()
    node.close("tea", "/chat")
    go.set()
    await received(anna, "done")

    assert "tea" in rooms_of(anna)


async def test_a_user_or_one_session_is_disconnected_with_the_reason(connect, received, node, office):
    phone = await connect(auth={"token": office.issue(ANNA, session="phone")})
    laptop = await connect(auth={"token": office.issue(ANNA, session="laptop")})

    node.disconnect("anna", "Not on the phone.", "phone")
    assert await received(phone, "closing") == {"code": "kicked", "message": "Not on the phone."}
    assert await laptop.settled() == []

    node.disconnect("anna", "Not at all.")
    assert await received(laptop, "closing") == {"code": "kicked", "message": "Not at all."}


async def test_a_question_is_answered_by_any_socket_of_the_user(connect, node):
    anna = await connect(ANNA)
    anna.socket.on("sum", lambda first, second: first + second)

    assert await node.request("anna", "sum", Message(b'42["sum",1,2]'), 5.0) == 3


async def test_a_question_with_attachments_keeps_them(connect, node):
    anna = await connect(ANNA)
    anna.socket.on("same", lambda data: data)
    message = Message(b'451-["same",{"_placeholder":true,"num":0}]', [b"\0\xff"])

    assert await node.request("anna", "same", message, 5.0) == b"\0\xff"


async def test_a_question_to_nobody_says_so(node):
    with pytest.raises(NotConnected):
        await node.request("anna", "sum", NEWS, 5.0)


async def test_a_question_that_nobody_answers_times_out_by_its_name(connect, node):
    anna = await connect(ANNA)

    @anna.socket.on("news")
    async def never(payload):
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError, match="weather"):
        await node.request("anna", "weather", NEWS, 0.01)


async def test_who_is_here_is_told_as_plain_data(connect, node):
    anna = await connect(ANNA)
    node.join("anna", ["tea"])

    assert node.online("anna")
    assert not node.online("bob")
    assert await node.members("tea") == [Member("anna", [anna.id])]
    ((user_id, _, sockets),) = await node.connections()
    assert user_id == "anna"
    assert sockets == [ConnectedSocket(anna.id, sockets[0].since, "127.0.0.1", ["tea", "user::anna"])]
    assert isinstance(sockets[0].since, datetime)


async def test_a_socket_is_online_in_whatever_namespace(connect, node):
    io.server.on("say", lambda sid: None, namespace="/chat")
    await connect(ANNA, namespaces=["/chat"])

    assert node.online("anna")
    assert await node.members("user::anna") == []
