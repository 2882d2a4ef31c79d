"""Every client, over every transport: what it can do once it is connected, and what it is told if it can't be."""

import pytest
from pydantic import BaseModel

from engine.errors import EventError, NotConnected
from engine.tests.app import io
from engine.tests.clients.kinds import KINDS, UPGRADE, in_javascript
from engine.tests.people import ANNA, BOB, CARL

BYTES = bytes(range(256)) * 8
upgrading = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.transports == UPGRADE], ids=str)


class Typing(BaseModel):
    room: str
    typing: bool


async def test_it_connects_and_hears_what_the_hook_sends(connect, received):
    client = await connect(ANNA)
    assert await received(client, "welcome_event") == "Hello anna"
    assert [member.sockets for member in await io.members(io.user_room(ANNA.id))] == [[client.id]]


async def test_no_event_overtakes_connect(start, received):
    client = await start(auth={"token": ANNA.jwt})
    await received(client, "welcome_event")
    assert [name for name, *_ in client.events if name != "upgrade"] == ["connect"]


async def test_the_token_may_stand_in_every_place(start, received):
    for place in (
        {"auth": {"token": ANNA.jwt}},
        {"auth": {"jwt": ANNA.jwt}},
        {"query": {"jwt": ANNA.jwt}},
        {"query": {"token": ANNA.jwt}},
        {"extraHeaders": {"Authorization": f"Bearer {ANNA.jwt}"}},
    ):
        client = await start(**place)
        assert await received(client, "welcome_event") == "Hello anna"


@in_javascript
@pytest.mark.parametrize(
    "options",
    [{"addTrailingSlash": False}, {"protocols": ["chat", "v2.chat"]}, {"extraHeaders": {"Origin": "capacitor://app"}}],
)
async def test_it_may_ask_in_other_ways(start, received, options):
    client = await start(auth={"token": ANNA.jwt}, **options)
    assert await received(client, "welcome_event") == "Hello anna"


async def test_a_refused_client_is_told_why(start, received, kind):
    missing = await start()
    refusal = await received(missing, "connect_error")
    assert refusal["data"] == {"code": "token_missing"}
    assert kind.is_older or "token" in refusal["message"]
    invalid = await start(auth={"token": "made up"})
    refusal = await received(invalid, "connect_error")
    assert refusal["data"] == {"code": "token_invalid"}
    if kind.is_older:
        assert await received(invalid, "disconnect") == ("io server disconnect", False)
    # Those of the first versions of the protocol's fifth revision come back all the same, to any server.
    elif kind.library not in ("socket.io-client-3.1", "socket.io-client-4.0"):
        assert refusal["active"] is False


async def test_a_refused_client_hears_no_broadcast(start, connect, received):
    refused = await start()
    anna = await connect(ANNA)
    await received(refused, "connect_error")
    await io.broadcast("news", 1)
    await received(anna, "news")
    assert "news" not in [name for name, *_ in refused.events]


async def test_an_event_gets_its_ack(connect):
    @io.on("typing", form=Typing)
    async def typing(socket, form):
        raise EventError("ForbiddenError", "You are not in this room")

    client = await connect(ANNA)
    answer = await client.call("typing", {"room": "nowhere", "typing": True})
    assert answer == {"error": {"name": "ForbiddenError", "message": "You are not in this room"}}
    assert (await client.call("typing", {"room": 7}))["error"]["name"] == "ValidationError"
    assert (await client.call("no such event"))["error"]["name"] == "UnknownEvent"


async def test_an_error_without_an_ack_comes_as_an_event(connect, received):
    client = await connect(ANNA)
    client.emit("no such event")
    assert (await received(client, "error"))["name"] == "UnknownEvent"


async def test_bytes_go_both_ways_anywhere_in_a_payload(connect, received):
    client = await connect(ANNA)

    @io.on("echo")
    async def echo(socket, payload):
        await socket.send("echoed", (payload, BYTES, {"deep": [payload["file"]]}))
        return {"back": payload["file"], "size": len(payload["file"])}

    assert await client.call("echo", {"file": BYTES, "name": "a"}) == {"back": BYTES, "size": len(BYTES)}
    assert await received(client, "echoed") == ({"file": BYTES, "name": "a"}, BYTES, {"deep": [BYTES]})


async def test_text_of_every_kind_arrives_as_it_was(connect, received):
    client = await connect(ANNA)
    text = 'né\u2028\u0000"\\ 漢字 \U0001f600 \x1e b4AQ== ' + "x" * 20_000

    @io.on("echo")
    async def echo(socket, payload):
        return payload

    assert await client.call("echo", text) == text
    await io.send(io.user_room(ANNA.id), "text", (text, None, [1, 2.5, True, None], {}))
    assert await received(client, "text") == (text, None, [1, 2.5, True, None], {})


async def test_many_events_arrive_in_order_and_once(connect, received):
    client = await connect(ANNA)
    for number in range(500):
        await io.send(io.user_room(ANNA.id), "count", number)
    assert [await received(client, "count") for _ in range(500)] == list(range(500))
    assert "count" not in await client.settled()


async def test_events_of_a_client_are_handled_in_order(connect):
    client = await connect(ANNA)
    came = []

    @io.on("count")
    async def count(socket, number):
        came.append(number)
        return came

    for number in range(100):
        client.emit("count", number)
    assert await client.call("count", 100) == list(range(101))


@upgrading
async def test_nothing_is_lost_or_doubled_while_a_client_upgrades(start, received):
    client = await start(auth={"token": ANNA.jwt})
    await received(client, "welcome_event")
    sent = 0
    while "upgrade" not in [name for name, *_ in client.events]:
        client.arrived.clear()
        await io.send(io.user_room(ANNA.id), "count", sent)
        sent += 1
        await client.arrived.wait()
    await io.send(io.user_room(ANNA.id), "count", sent)
    assert [await received(client, "count") for _ in range(sent + 1)] == list(range(sent + 1))
    assert "count" not in await client.settled()


@upgrading
async def test_what_a_client_emits_while_it_upgrades_is_handled_in_order_and_once(start, received):
    came = []

    @io.on("count")
    async def count(socket, number):
        came.append(number)
        return number

    client = await start(auth={"token": ANNA.jwt})
    await received(client, "connect")
    sent = 0
    while "upgrade" not in [name for name, *_ in client.events]:
        client.emit("count", sent)
        client.emit("count", sent + 1)
        await client.call("count", sent + 2)
        sent += 3
    assert await client.call("count", sent) == sent
    assert came == list(range(sent + 1))


async def test_both_tabs_of_a_user_hear_what_is_for_the_user(connect, received):
    tabs = [await connect(ANNA) for _ in range(2)]
    await io.send(io.user_room(ANNA.id), "both", 1)
    assert [await received(tab, "both") for tab in tabs] == [1, 1]
    for own in (tabs[0].id, tabs[0].name):
        await io.send(io.user_room(ANNA.id), "other", 1, skip=own)
        assert await received(tabs[1], "other") == 1
    assert "other" not in await tabs[0].settled()


async def test_a_message_reaches_the_members_of_its_room_only(connect, received):
    clients = [await connect(each) for each in (ANNA, BOB, CARL)]
    message = {"from": BOB.id, "text": "hello"}
    for member in (ANNA, BOB):
        await io.join(member.id, "tea")
    await io.send("tea", "message", message)
    assert [await received(client, "message") for client in clients[:2]] == [message, message]
    assert await clients[2].settled() == ["welcome_event"]


async def test_join_takes_every_tab_of_a_user(connect, received):
    tabs = [await connect(ANNA) for _ in range(2)]
    await io.join(ANNA.id, "tea")
    await io.send("tea", "served", "green")
    assert [await received(tab, "served") for tab in tabs] == ["green", "green"]
    await io.leave(ANNA.id, "tea")
    await io.send("tea", "served", "black")
    assert ["served" in await tab.settled() for tab in tabs] == [False, False]


async def test_a_client_answers_a_request(connect):
    client = await connect(ANNA)
    await client.answers("colour?", {"colour": "green", "sample": BYTES})
    assert await io.request(ANNA.id, "colour?", {"of": "tea"}) == {"colour": "green", "sample": BYTES}
    await client.answers("nothing?")
    assert await io.request(ANNA.id, "nothing?") is None
    await client.answers("several?", 1, 2)
    assert await io.request(ANNA.id, "several?") == [1, 2]


@in_javascript  # Python's answers every request.
async def test_the_first_tab_to_answer_a_request_counts(connect):
    silent, talkative = await connect(ANNA), await connect(ANNA)
    await talkative.answers("colour?", "green")
    assert await io.request(ANNA.id, "colour?") == "green"
    await silent.received("colour?")


@in_javascript
async def test_a_request_that_nobody_answers_runs_out_of_time(connect, received):
    client = await connect(ANNA)
    with pytest.raises(TimeoutError):
        await io.request(ANNA.id, "colour?", timeout=0.05)
    await received(client, "colour?")


async def test_a_request_to_nobody_says_so():
    with pytest.raises(NotConnected):
        await io.request(ANNA.id, "colour?")


async def test_a_client_that_leaves_is_offline(connect, received, kind):
    client = await connect(ANNA)
    gone = []

    @io.on("disconnect")
    async def disconnected(socket, reason):
        gone.append(reason)
        await io.send(io.user_room(BOB.id), "left", socket.id)

    other = await connect(BOB)
    client.disconnect()
    assert await received(client, "disconnect") == ("io client disconnect", False)
    assert await received(other, "left") == client.id
    # That for Python closes its WebSocket without waiting for what it has just sent.
    assert gone in (["client disconnect"], ["transport close"][: kind.library == "python-socketio"])
    assert await io.online(ANNA.id) is False
