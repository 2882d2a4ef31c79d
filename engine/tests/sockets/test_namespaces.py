"""Namespaces through `io.server`: the same handshake, python-socketio's handlers, on the engine."""

import asyncio
import json

import pytest
import socketio

from engine.tests.app import io
from engine.tests.people import ANNA, BOB


class Chat:
    """A client of the namespace /chat."""

    def __init__(self, client):
        self.client, self.socket = client, client.socket
        self.socket.on("*", client.keep, namespace="/chat")

    @property
    def id(self):
        return self.socket.get_sid("/chat")

    async def call(self, event, payload=None):
        return await self.socket.call(event, payload, namespace="/chat", timeout=5)

    async def close(self):
        await self.client.close()


@pytest.fixture
def chat(connect):
    """`chat = await chat(anna)` connects to the namespace; what comes is kept by `chat.client`."""

    async def chat(who, *namespaces):
        return Chat(await connect(who, namespaces=["/chat", *namespaces]))

    return chat


@pytest.fixture
def namespace(app):
    """A namespace with an event that answers."""

    @io.server.on("say", namespace="/chat")
    async def say(sid, text):
        return [sid, text]


def refused(packet: str) -> dict:
    assert packet.startswith("44/chat,")
    return json.loads(packet.removeprefix("44/chat,"))


async def test_a_namespace_without_a_handler_is_refused(wire):
    assert await (await wire()).join("anna", "/nowhere") == '44/nowhere,{"message":"Invalid namespace"}'


async def test_unknown_namespaces_beside_a_known_one_are_refused_and_cost_the_others_nothing(wire):
    wire = await wire()
    for packet in ('40{"token":"anna"}', "40/a", "40/b", "40/c", "40/d"):
        await wire.send(packet)
    answers = sorted([await wire.read() for _ in range(5)])
    assert answers[0].startswith('40{"sid":"')
    assert answers[1:] == [f'44/{name},{{"message":"Invalid namespace"}}' for name in "abcd"]
    await wire.send('421["settled?"]')
    assert (await wire.read()).startswith("431")


async def test_a_namespace_takes_the_same_token(wire, namespace):
    wire = await wire()

    assert refused(await wire.join("nobody", "/chat"))["data"] == {"code": "token_invalid"}
    assert (await wire.join("anna", "/chat")).startswith('40/chat,{"sid"')


async def test_events_of_a_namespace_reach_its_handler_and_are_acked(chat, namespace):
    anna = await chat(ANNA)

    assert await anna.call("say", "hi") == [anna.id, "hi"]
    assert (await anna.call("no such event"))["error"]["name"] == "UnknownEvent"


async def test_the_hook_and_the_events_of_the_app_are_for_the_default_namespace(chat, namespace, hook):
    ran = []

    @hook
    async def connection(socket, user):
        ran.append(socket.namespace)

    @io.on("mine")
    async def mine(socket, payload):
        ran.append("mine")

    anna = await chat(ANNA)

    assert (await anna.call("mine"))["error"]["name"] == "UnknownEvent"
    assert ran == []


async def test_a_broadcast_stays_in_its_namespace(chat, connect, namespace, received):
    anna, bob = await chat(ANNA), await connect(BOB)

    await io.server.emit("news", "chat", namespace="/chat")
    await io.broadcast("news", "default")

    assert await received(anna.client, "news") == "chat"
    assert await received(bob, "news") == "default"
    await anna.call("say", "")
    assert anna.client.events == []


async def test_rooms_of_a_namespace_are_its_own(chat, connect, namespace, received):
    anna, bob = await chat(ANNA), await connect(BOB)
    await io.server.enter_room(anna.id, "tea", namespace="/chat")
    await io.join("bob", "tea")

    await io.server.emit("news", 1, room="tea", namespace="/chat")

    assert await received(anna.client, "news") == 1
    assert "news" not in await bob.settled()
    assert sorted(io.server.rooms(anna.id, "/chat")) == sorted([anna.id, "tea", "user::anna"])
    await io.server.leave_room(anna.id, "tea", namespace="/chat")
    assert io.server.rooms(anna.id, "/chat") == ["user::anna", anna.id]
    await io.server.enter_room(anna.id, "tea", namespace="/chat")
    await io.server.close_room("tea", namespace="/chat")
    assert io.server.rooms(anna.id, "/chat") == ["user::anna", anna.id]


async def test_a_users_own_room_is_nobodys_to_give_there_either(connect):
    anna = await connect(ANNA)

    for call in (
        io.server.enter_room(anna.id, "user::bob"),
        io.server.leave_room(anna.id, "user::anna"),
        io.server.close_room("user::anna"),
    ):
        with pytest.raises(ValueError, match="user"):
            await call

    assert await io.online("anna")
    assert not await io.online("bob")


async def test_who_is_not_there_can_enter_no_room(http_server):
    with pytest.raises(ValueError, match="not connected"):
        await io.server.enter_room("nobody", "tea")


async def test_emit_to_a_socket_and_call_of_a_socket(connect, received):
    anna, other = await connect(ANNA), await connect(ANNA)

    @anna.socket.on("sum")
    async def add(a, b):
        return a + b

    assert await io.server.call("sum", (1, 2), to=anna.id) == 3
    await io.server.emit("news", (1, 2), to=anna.id)
    await io.server.send("text", to=anna.id)

    assert await received(anna, "news") == (1, 2)
    assert await received(anna, "message") == "text"
    assert await other.settled() == []


async def test_emit_skips_whom_it_is_told_to_skip(connect, received):
    tabs = [await connect(ANNA) for _ in range(3)]

    await io.server.emit("news", skip_sid=tabs[0].id)
    await io.server.emit("more", room=["user::anna"], skip_sid=[tabs[0].id, tabs[1].id])

    await received(tabs[2], "more")
    assert await tabs[0].settled() == []
    assert await tabs[1].settled() == ["news"]


@pytest.mark.parametrize("nobody", [[], "", ["nowhere"]])
async def test_emit_to_nobody_is_no_broadcast(connect, nobody):
    anna = await connect(ANNA)

    await io.server.emit("news", to=nobody)
    await io.server.emit("news", room=nobody)

    assert await anna.settled() == []


async def test_a_call_without_an_answer_times_out(connect):
    anna = await connect(ANNA)

    @anna.socket.on("question")
    async def question():
        await asyncio.Event().wait()

    with pytest.raises(socketio.exceptions.TimeoutError):
        await io.server.call("question", to=anna.id, timeout=0.05)


async def test_the_session_of_a_socket_is_kept(chat, namespace):
    anna = await chat(ANNA, "/")

    await io.server.save_session(anna.id, {"seen": 1}, namespace="/chat")
    async with io.server.session(anna.id, namespace="/chat") as session:
        session["seen"] += 1

    assert await io.server.get_session(anna.id, namespace="/chat") == {"seen": 2}
    assert await io.server.get_session(anna.socket.get_sid("/")) == {}


async def test_who_it_is_stands_in_the_environ(chat, namespace):
    anna = await chat(ANNA)

    assert io.server.get_environ(anna.id, "/chat")["REMOTE_ADDR"] == "127.0.0.1"
    assert io.server.transport(anna.id, "/chat") == "websocket"
    assert io.server.get_environ("nobody", "/chat") is None


async def test_the_connect_handler_gets_sid_environ_and_auth(chat):
    seen = []

    @io.server.on("connect", namespace="/chat")
    async def connect(sid, environ, auth):
        seen.append((sid, environ["REMOTE_ADDR"], auth))
        await io.server.enter_room(sid, "tea", namespace="/chat")
        await io.server.save_session(sid, {"token": auth["token"]}, namespace="/chat")

    anna = await chat(ANNA)

    assert seen == [(anna.id, "127.0.0.1", {"token": "anna"})]
    assert "tea" in io.server.rooms(anna.id, "/chat")
    assert await io.server.get_session(anna.id, namespace="/chat") == {"token": "anna"}
    await io.server.emit("news", room="tea", namespace="/chat")
    assert await anna.client.received("news") is None


@pytest.mark.parametrize("namespace", ["/", "/chat"])
async def test_a_connect_handler_may_leave_out_auth_or_be_no_coroutine(wire, namespace):
    seen = []

    @io.server.on("connect", namespace=namespace)
    def connect(sid, environ):
        seen.append(environ["REMOTE_ADDR"])

    assert (await (await wire()).join("anna", namespace)).startswith("40")
    assert seen == ["127.0.0.1"]


def returns_false():
    return False


def refuses():
    raise socketio.exceptions.ConnectionRefusedError("Not today", {"again": "tomorrow"})


def raises():
    raise LookupError("a secret of the server")


def times_out():
    raise TimeoutError("a secret of the server")


async def awaits_what_was_cancelled():
    other = asyncio.ensure_future(asyncio.Event().wait())
    other.cancel()
    await other


INTERNAL = {"message": "The server could not check this connection.", "data": {"code": "internal_error"}}


@pytest.mark.parametrize("kind", ["function", "class"])
@pytest.mark.parametrize(
    ("wrong", "answer", "logged"),
    [
        (returns_false, {"message": "Connection rejected by server"}, 0),
        (refuses, {"message": "Not today", "data": {"again": "tomorrow"}}, 0),
        (raises, INTERNAL, 1),
        (times_out, INTERNAL, 1),
        (awaits_what_was_cancelled, INTERNAL, 1),
    ],
)
async def test_a_connect_handler_that_says_no_or_fails_refuses(wire, errors, kind, wrong, answer, logged):
    async def connect(*arguments):
        result = wrong()
        return await result if asyncio.iscoroutine(result) else result

    class Namespace(socketio.AsyncNamespace):
        async def on_connect(self, sid, environ, auth):
            return await connect()

    if kind == "class":
        io.server.register_namespace(Namespace("/chat"))
    else:
        io.server.on("connect", connect, namespace="/chat")
    wire = await wire()
    await wire.join("anna")

    assert refused(await wire.join("anna", "/chat")) == answer
    await io.server.emit("news", namespace="/chat")
    await io.send("user::anna", "news")

    assert await wire.read() == '42["news"]'
    assert not io.node.hub.sockets.get("/chat")
    assert len(errors()) == logged


async def test_a_refusal_that_cannot_be_sent_refuses_all_the_same(wire, errors):
    @io.server.on("connect", namespace="/chat")
    async def connect(sid, environ, auth):
        raise socketio.exceptions.ConnectionRefusedError("Not today", object())

    assert refused(await (await wire()).join("anna", "/chat")) == INTERNAL
    assert len(errors()) == 1


async def test_while_the_connect_handler_thinks_the_client_hears_nothing(wire):
    asked, go = asyncio.Event(), asyncio.Event()

    @io.server.on("connect", namespace="/chat")
    async def connect(sid, environ, auth):
        await io.server.enter_room(sid, "tea", namespace="/chat")
        asked.set()
        await go.wait()

    wire = await wire()
    joining = asyncio.ensure_future(wire.join("anna", "/chat"))
    await asked.wait()
    await io.server.emit("early", namespace="/chat")
    await io.server.emit("early", room="tea", namespace="/chat")
    await io.server.emit("early", room="user::anna", namespace="/chat")
    go.set()

    assert (await joining).startswith("40/chat,")
    await io.server.emit("late", room="tea", namespace="/chat")
    assert await wire.read() == '42/chat,["late"]'


async def test_a_class_handles_a_namespace(chat, until):
    heard = []

    class Namespace(socketio.AsyncNamespace):
        async def on_connect(self, sid, environ, auth):
            await self.enter_room(sid, "tea")
            await self.save_session(sid, {"name": "Anna"})

        async def on_say(self, sid, text):
            await self.emit("said", text, room="tea")
            return (1, text)

        async def on_disconnect(self, sid, reason):
            heard.append((await self.get_session(sid), self.rooms(sid), reason))

    io.server.register_namespace(Namespace("/chat"))
    anna = await chat(ANNA)

    assert await anna.call("say", "hi") == (1, "hi")
    assert await anna.client.received("said") == "hi"
    assert (await anna.call("no such event"))["error"]["name"] == "UnknownEvent"
    sid = anna.id
    await anna.close()
    await until(lambda: heard)
    (session, rooms, reason), *more = heard
    assert session == {"name": "Anna"}
    assert set(rooms) == {"tea", "user::anna", sid}
    assert reason in ("client disconnect", "transport close")
    assert more == []


async def test_who_leaves_a_namespace_stays_in_the_others(wire, namespace):
    wire = await wire()
    await wire.join("anna")
    await wire.join("anna", "/chat")

    await wire.send("41/chat,")
    await wire.send('421["settled?"]')

    assert "UnknownEvent" in await wire.read()
    assert not io.node.hub.sockets["/chat"]
    assert await io.online("anna")
    assert (await wire.join("anna", "/chat")).startswith("40/chat,")


async def test_a_user_is_disconnected_from_every_namespace(wire, namespace):
    wire = await wire()
    await wire.join("anna")
    await wire.join("anna", "/chat")

    await io.disconnect("anna", "Enough.")

    closing = '["closing",{"code":"kicked","message":"Enough."}]'
    assert await wire.rest() == [f"42{closing}", "41", f"42/chat,{closing}", "41/chat,"]


async def test_a_user_is_online_in_whatever_namespace(wire, namespace):
    wire = await wire()
    await wire.join("anna", "/chat")

    assert await io.online("anna")
    assert not await io.online("bob")


async def test_the_server_underneath_disconnects_one_socket(connect, received):
    anna, other = await connect(ANNA), await connect(ANNA)

    await io.server.disconnect(anna.id)

    assert (await received(anna, "closing"))["code"] == "kicked"
    await anna.closed()
    assert await other.settled() == []


async def test_a_catch_all_handler_hears_what_no_other_does(connect):
    heard = []

    @io.server.on("*")
    async def anything(event, sid, *arguments):
        heard.append((event, *arguments))
        return "caught"

    anna = await connect(ANNA)

    assert await anna.call("whatever", (1, 2)) == "caught"
    assert heard == [("whatever", 1, 2)]


async def test_so_many_namespaces_and_no_more(wire, limits):
    limits(namespaces=2)
    io.server.on("say", lambda *_: None, namespace="*")
    wire = await wire()
    await wire.join("anna")
    await wire.join("anna", "/a")

    assert await wire.join("anna", "/b") is None
