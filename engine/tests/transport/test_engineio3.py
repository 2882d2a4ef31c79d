"""Clients of Engine.IO 3 and Socket.IO 2, packet by packet."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from engine.errors import Unavailable
from engine.tests.app import io
from engine.tests.people import Access
from engine.tests.transport.conftest import until
from engine.tests.transport.older import BINARY, TEXT, Polling3, WebSocket3, packets_of, text_payload
from engine.tests.transport.raw import UPGRADE, Closed, WebSocket, request

PLACE = '{"_placeholder":true,"num":0}'
NEWS = [f'451-["news",{PLACE}]', b"\x04\xff\x00"]


@pytest.fixture(params=["polling", "websocket"])
def older(server, request):
    """`client = await older("anna")` has been accepted in `/`, without a user it has not."""

    async def older(user: str | None = None, query: str = ""):
        query = f"&jwt={user}{query}" if user else query
        if request.param == "websocket":
            client = await WebSocket3.connect(server.port, query)
        else:
            client = await Polling3.open(server.port, query)
            client.waiting = client.first
        if user:
            assert await client.receive() == "40"
        return client

    async def send(client, *packets):
        if request.param == "websocket":
            client.send(*packets)
        else:
            await client.send(*packets)

    return SimpleNamespace(connect=older, send=send, transport=request.param)


async def over(client) -> bool:
    """Whether the session ends now; what comes before the end is let by."""
    if isinstance(client, WebSocket3):
        return isinstance(await client.closed(), Closed)
    while (answer := await client.poll()).status == 200:
        if "1" in packets_of(answer):
            return True
    return answer.status == 400


# How it opens.


@pytest.mark.parametrize("version", ["", "EIO=3&"])
async def test_the_acceptance_comes_with_the_open_packet(server, version):
    answer = await server.request("GET", f"{version}transport=polling&jwt=anna")
    opening, *more = packets_of(answer)
    assert json.loads(opening[1:]) | {"sid": ""} == {
        "sid": "",
        "upgrades": ["websocket"],
        "pingInterval": 25000,
        "pingTimeout": 20000,
        "maxPayload": io.node.eio.limits.message_bytes,
    }
    assert more == ["40"]
    assert await io.online("anna")


async def test_the_acceptance_follows_the_open_packet_on_a_websocket(server):
    websocket = await WebSocket3.connect(server.port, "&jwt=anna")
    assert websocket.opening["upgrades"] == []
    assert await websocket.next() == "40"


async def test_the_hook_runs_as_for_everybody(server):
    async def greet(socket, user):
        await socket.send("welcome_event", f"Hello {user.id}")

    io.node.services.connection = greet
    websocket = await WebSocket3.connect(server.port, "&token=anna")
    assert [await websocket.next(), await websocket.next()] == ["40", '42["welcome_event","Hello anna"]']


async def test_the_token_may_stand_in_the_header(server):
    headers = {"Authorization": "Bearer anna"}
    assert (await Polling3.open(server.port, headers=headers)).first == ["40"]


async def test_an_answer_that_takes_long_does_not_hold_the_open_packet_back(server, monkeypatch):
    known = asyncio.Event()

    async def authenticate(token):
        await known.wait()
        return Access(SimpleNamespace(id=token, email=""))

    monkeypatch.setattr("engine.transport.link.FIRST_SECONDS", 0.05)
    monkeypatch.setattr(io.node.services.accounts, "authenticate", authenticate)
    client = await Polling3.open(server.port, "&jwt=anna")
    assert client.first == []
    known.set()
    assert await client.receive() == "40"


@pytest.mark.parametrize("version", ["EIO=4&", "EIO=5&", "EIO=&"])
async def test_the_version_belongs_to_the_session(server, version):
    client = await Polling3.open(server.port, "&jwt=anna")
    for query in (f"transport=polling&sid={client.sid}", f"transport=websocket&sid={client.sid}"):
        headers = UPGRADE if "websocket" in query else {}
        assert (await request(server.port, "GET", version + query, headers=headers)).status == 400
    assert (
        await request(server.port, "POST", f"{version}transport=polling&sid={client.sid}", body="1:2")
    ).status == 400
    await client.send("2")
    assert await client.receive() == "3"


@pytest.mark.parametrize("version", ["", "EIO=3&"])
async def test_the_version_belongs_to_a_session_of_version_4_as_well(server, version):
    client = await server.polling("anna")
    assert (await server.request("GET", f"{version}transport=polling&sid={client.sid}")).status == 400
    assert (await server.request("POST", f"{version}transport=polling&sid={client.sid}", body="1:6")).status == 400
    await client.post('421["echo",1]')
    assert await client.packet() == "431[1]"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_jsonp_is_refused(server, method):
    assert (await server.request(method, "EIO=3&transport=polling&j=0")).status == 400
    assert not server.links


# Its heartbeat.


async def test_the_client_pings_and_the_server_answers(older):
    client = await older.connect("anna")
    await older.send(client, "2")
    assert await client.receive() == "3"


async def test_the_server_never_pings_and_ends_who_does_not(server, older):
    server.limit(ping_interval_seconds=0.2, ping_timeout_seconds=0.2)
    client = await older.connect("anna")
    if isinstance(client, WebSocket3):
        assert isinstance(await client.next(), Closed)
    else:
        assert packets_of(await client.poll()) == ["1"]
    await server.empty()


async def test_who_pings_stays_for_longer_than_the_deadline(server, older):
    client = await older.connect("anna")
    (link,) = server.links.values()
    for _ in range(3):
        link.pong_due -= 1
        due = link.pong_due
        await older.send(client, "2")
        assert await client.receive() == "3"
        assert link.pong_due > due


async def test_data_is_life_as_well(server, older):
    client = await older.connect("anna")
    (link,) = server.links.values()

    link.heard = 0
    await older.send(client, '42["quiet"]')
    await until(lambda: link.heard)
    link.pong_due = 0
    link.look()
    await until(lambda: link.pong_due)
    assert server.links

    link.pong_due = link.heard = 0
    link.look()
    assert await over(client)


async def test_the_deadline_outlives_an_upgrade(server):
    server.limit(ping_interval_seconds=0.2, ping_timeout_seconds=0.2)
    client = await Polling3.open(server.port, "&jwt=anna")
    websocket = await client.upgrade()
    websocket.send("2probe", "5")
    assert await websocket.next() == "3probe"
    assert isinstance(await websocket.next(), Closed)


async def test_a_pong_ends_the_session(older):
    client = await older.connect("anna")
    if isinstance(client, WebSocket3):
        client.send("3")
    else:
        assert (await client.post("1:3")).status == 400
    assert await over(client)


async def test_an_upgrade_moves_all_to_the_websocket(server):
    client = await Polling3.open(server.port, "&jwt=anna")
    poll = await client.start_poll()
    websocket = await client.upgrade()
    websocket.send("2probe")
    assert await websocket.next() == "3probe"
    assert packets_of(await poll.answer()) == ["6"]
    await io.send("user::anna", "news", b"\xff\x00")
    websocket.send("5", "2", '421["echo","😀"]')
    assert [await websocket.next() for _ in range(2)] == NEWS
    assert [await websocket.next() for _ in range(2)] == ["3", '431["😀"]']
    assert (await client.poll()).status == 400


# Data, both ways.


@pytest.mark.parametrize("text", ["😀", "a😀b€\x1e5:4", "\U00010000\uffff"])
async def test_text_of_every_kind_arrives_as_it_was(older, text):
    client = await older.connect("anna")
    await older.send(client, f'421["echo",{json.dumps(text, ensure_ascii=False)}]', "2")
    got = [await client.receive(), await client.receive()]
    assert json.loads(next(packet for packet in got if packet != "3").removeprefix("431")) == [text]


async def test_binary_data_has_its_type(older):
    client = await older.connect("anna")
    await io.send("user::anna", "news", b"\xff\x00")
    assert [await client.receive(), await client.receive()] == NEWS
    await older.send(client, f'451-1["echo",{PLACE}]', b"\x04\x00\xfe")
    assert [await client.receive(), await client.receive()] == [f"461-1[{PLACE}]", b"\x04\x00\xfe"]


@pytest.mark.parametrize("b64", ["&b64=1", "&b64=true"])
async def test_base64_is_remembered(older, b64):
    client = await older.connect("anna", b64)
    await io.send("user::anna", "news", b"\xff\x00")
    assert [await client.receive(), await client.receive()] == [NEWS[0], "b4/wA="]
    await older.send(client, f'451-1["echo",{PLACE}]', "b4AP4=")
    assert [await client.receive(), await client.receive()] == [f"461-1[{PLACE}]", "b4AP4="]


async def test_base64_is_remembered_across_an_upgrade(server):
    client = await Polling3.open(server.port, "&jwt=anna&b64=1")
    websocket = await client.upgrade()
    websocket.send("2probe", "5")
    assert await websocket.next() == "3probe"
    await io.send("user::anna", "news", b"\xff\x00")
    assert [await websocket.next(), await websocket.next()] == [NEWS[0], "b4/wA="]


async def test_a_batch_without_binary_data_is_text(server):
    client = await Polling3.open(server.port, "&jwt=anna")
    await io.send("user::anna", "news", 1)
    assert (await client.poll()).headers["content-type"] == TEXT
    await io.send("user::anna", "news", b"1")
    assert (await client.poll()).headers["content-type"] == BINARY


async def test_a_binary_post_may_hold_text_alone(server):
    client = await Polling3.open(server.port, "&jwt=anna")
    body = bytes.fromhex("00 01 03 ff") + b'421["echo",1]' + bytes.fromhex("00 01 ff") + b"2"
    answer = await client.post(body, BINARY)
    assert (answer.status, answer.text, answer.headers["content-type"]) == (200, "ok", "text/html; charset=UTF-8")
    assert [await client.receive(), await client.receive()] == ["3", "431[1]"]


async def test_a_binary_post_ends_a_session_of_version_4(server):
    client = await server.polling("anna")
    body = bytes.fromhex("00 01 ff 36")
    answer = await server.request("POST", client.query, headers={"Content-Type": BINARY}, body=body)
    assert answer.status == 400
    assert (await client.poll()).status == 400
    await server.empty()


async def test_a_room_hears_the_same_in_every_version(server, older):
    heard = []
    for user in ("anna", "bert"):
        newer = await server.websocket(user)
        client = await older.connect(user)
        await io.join(user, "room")
        heard.append((newer, client))
    await io.send("room", "news", {"text": "€", "file": b"\x01"})
    text = f'451-["news",{{"text":"€","file":{PLACE}}}]'
    for newer, client in heard:
        assert [await newer.receive(), await newer.receive()] == [text, b"\x01"]
        assert [await client.receive(), await client.receive()] == [text, b"\x04\x01"]


# What it may not send.


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", TEXT),
        ("2", TEXT),
        ("4:2", TEXT),
        ("1:21", TEXT),
        ("1:2x:2", TEXT),
        ("-1:2", TEXT),
        ("9" * 60_000, TEXT),
        ("999999999:2", TEXT),
        ("2:4😀", TEXT),
        ("1:7", TEXT),
        ("6:bAQIDB", TEXT),
        (b"\xff\xfe", TEXT),
        ("1:2", BINARY),
        (b"\x00\x01\xff", BINARY),
        (b"\x00\x02\xff2", BINARY),
        (b"\x00" + b"\x09" * 60_000, BINARY),
        (b"\x02\x01\xff2", BINARY),
        (b"\x01\x01\xff2", BINARY),
        (b"\x01\x00\xff", BINARY),
        (b"\x00\x01\xff\xff", BINARY),
    ],
    ids=ascii,
)
async def test_a_payload_that_lies_ends_the_session(server, lines, body, content_type):
    client = await Polling3.open(server.port, "&jwt=anna")
    assert (await client.post(body, content_type)).status == 400
    assert (await client.poll()).status == 400
    await server.empty()
    assert len(lines()) <= 1


@pytest.mark.parametrize("message", [b"", b"\x00", b"4", "b", "bAQID", "b4!", "3", "7", "0", "5", "40", ""])
async def test_a_message_that_is_none_closes_the_websocket(server, message):
    websocket = await WebSocket3.connect(server.port, "&jwt=anna")
    assert await websocket.next() == "40"
    websocket.send(message)
    assert (await websocket.closed()).code == 1008
    await server.empty()


@pytest.mark.parametrize("packet", ["40", "40/other,"])
async def test_a_second_connect_closes(server, older, packet):
    io.server.on("connect", lambda sid, environ, auth=None: None, namespace="/other")
    client = await older.connect("anna")
    if "/" in packet:
        await older.send(client, packet)
        assert await client.receive() == packet
    if isinstance(client, WebSocket3):
        client.send(packet)
    else:
        assert (await client.post(text_payload(packet))).status == 400
    assert await over(client)


async def test_one_poll_at_a_time(server):
    client = await Polling3.open(server.port, "&jwt=anna")
    first = await client.start_poll()
    assert (await client.poll()).status == 400
    assert packets_of(await first.answer()) == ["1"]


# Who may come in, and where.


async def refused(client) -> list:
    """What it is told before the end."""
    told = []
    async with asyncio.timeout(30):
        while not isinstance(packet := await client.receive(), Closed) and packet != "1":
            told.append(packet)
    return told


@pytest.mark.parametrize(("query", "code"), [("", "token_missing"), ("&jwt=bad", "token_invalid")])
async def test_a_refusal_is_for_good(server, older, query, code):
    client = await older.connect(query=query)
    assert await refused(client) == [f'44{{"code":"{code}"}}', "41"]
    await server.empty()


async def test_who_cannot_be_checked_now_may_come_back(server, older, monkeypatch):
    async def away(token):
        raise Unavailable("the database is away")

    monkeypatch.setattr(io.node.services.accounts, "authenticate", away)
    client = await older.connect(query="&jwt=anna")
    assert await refused(client) == []


@pytest.mark.parametrize(
    ("packet", "auth"),
    [
        ("40/admin,", None),
        ("40/admin", None),
        ("40/admin?token=anna,", {"token": "anna"}),
        ("40/admin?token=anna&a=%E2%82%AC&b=&a=2", {"token": "anna", "a": "2", "b": ""}),
    ],
)
async def test_the_query_of_a_namespace_is_its_auth(older, packet, auth):
    seen = []
    io.server.on("connect", lambda sid, environ, auth=None: seen.append(auth), namespace="/admin")
    io.server.on("ask", lambda sid, number: number, namespace="/admin")
    client = await older.connect("anna")
    await older.send(client, packet)
    assert await client.receive() == "40/admin,"
    assert seen == [auth]
    await older.send(client, '42/admin,1["ask",7]')
    assert await client.receive() == "43/admin,1[7]"


async def test_a_query_of_too_many_fields_closes(server):
    websocket = await WebSocket3.connect(server.port, "&jwt=anna")
    websocket.send("40/admin?" + "a=1&" * 200)
    assert (await websocket.closed()).code == 1008


async def test_a_namespace_may_be_refused_beside_another(server, older):
    io.server.on("connect", lambda sid, environ, auth=None: None, namespace="/admin")
    client = await older.connect("anna")
    await older.send(client, "40/x,")
    assert await client.receive() == '44/x,{"message":"Invalid namespace"}'
    await older.send(client, "40/admin?token=bad,")
    assert await client.receive() == '44/admin,{"code":"token_invalid"}'
    await older.send(client, '421["echo",1]')
    assert await client.receive() == "431[1]"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (False, '"Connection rejected by server"'),
        (("no",), '"no"'),
        (("no", {"a": 1}), '{"a":1}'),
    ],
)
async def test_what_a_handler_says_is_told(older, answer, told):
    from socketio.exceptions import ConnectionRefusedError

    def connect(sid, environ, auth=None):
        if answer:
            raise ConnectionRefusedError(*answer)
        return False

    io.server.on("connect", connect, namespace="/admin")
    client = await older.connect("anna")
    await older.send(client, "40/admin,")
    assert await client.receive() == f"44/admin,{told}"


async def test_every_namespace_that_was_refused_is_ended_when_none_is_left(server):
    io.server.on("connect", lambda sid, environ, auth=None: None, namespace="/admin")
    websocket = await WebSocket3.connect(server.port, "&jwt=bad")
    websocket.send("40/admin,")
    told = await refused(websocket)
    assert {"41", "41/admin,"} <= {*told}
    assert told[-1].startswith("41")


async def test_skip_takes_a_client_s_own_name_for_itself(server, older):
    io.server.on("connect", lambda sid, environ, auth=None: None, namespace="/admin")
    anna, bert = await older.connect("anna"), await older.connect("bert")
    sid = anna.opening["sid"]
    for client in (anna, bert):
        await older.send(client, "40/admin,")
        assert await client.receive() == "40/admin,"
    await io.send(["user::anna", "user::bert"], "news", 1, skip=sid)
    await io.server.emit("admin", 1, skip_sid=f"/admin#{sid}", namespace="/admin")
    await io.broadcast("last")
    assert await anna.receive() == '42["last"]'
    assert [await bert.receive() for _ in range(3)] == ['42["news",1]', '42/admin,["admin",1]', '42["last"]']


# How it ends.


async def test_a_close_packet_ends_it(server, older):
    client = await older.connect("anna")
    await older.send(client, "1")
    await server.empty()
    assert not await io.online("anna")


async def test_a_disconnect_packet_ends_it(server, older):
    server.limit(connect_seconds=0.1)
    client = await older.connect("anna")
    await older.send(client, "41")
    assert await over(client)
    await server.empty()


async def test_who_is_thrown_out_is_told_and_stays_away(server, older):
    server.limit(refused_seconds=0.1)
    client = await older.connect("anna")
    await io.disconnect("anna", "No cups left")
    assert await refused(client) == ['42["closing",{"code":"kicked","message":"No cups left"}]', "41"]


async def test_a_drain_closes_the_transport_alone(server, older):
    client = await older.connect("anna")
    draining = asyncio.ensure_future(io.drain(1))
    (closing,) = await refused(client)
    assert closing.startswith('42["closing",{"code":"drain"')
    await draining
    assert (await server.request("GET", "EIO=3&transport=polling")).status == 503


async def test_a_client_that_does_not_read_is_ended(server):
    server.limit(backlog_bytes=200_000, volatile_bytes=50_000)
    websocket = await WebSocket3.connect(server.port, "&jwt=anna", receive_buffer=4096)
    assert await websocket.next() == "40"
    polling = await Polling3.open(server.port, "&jwt=bert")
    for _ in range(200):
        await io.send(["user::anna", "user::bert"], "news", b"x" * 50_000)
        await asyncio.sleep(0)
    await until(lambda: not io.server.manager.rooms.get("/"))
    assert polling.sid


async def test_requests_are_answered(server, older):
    client = await older.connect("anna")
    asking = asyncio.ensure_future(io.request("anna", "question", b"x"))
    assert [await client.receive(), await client.receive()] == [f'451-1["question",{PLACE}]', b"\x04x"]
    await older.send(client, f"461-1[{PLACE}]", b"\x04y")
    assert await asking == b"y"


async def test_frames_for_the_version_are_made_once_and_only_where_it_is(server, monkeypatch):
    from engine.wire.engineio3 import Revision3

    made = []
    frame = Revision3._frame
    monkeypatch.setattr(Revision3, "_frame", lambda self, data: made.append(data) or frame(self, data))
    newer = await server.websocket("anna")
    await io.send("user::anna", "news", b"1")
    await newer.receive()
    assert made == []
    clients = [await WebSocket3.connect(server.port, "&jwt=anna") for _ in range(3)]
    for client in clients:
        assert await client.next() == "40"
    await io.send("user::anna", "news", b"2")
    for client in clients:
        assert [await client.next(), await client.next()] == [NEWS[0], b"\x042"]
    assert made == [b"2"]


async def test_a_websocket_of_another_version_does_not_disturb_the_upgrade(server):
    client = await Polling3.open(server.port, "&jwt=anna")
    query = f"EIO=4&transport=websocket&sid={client.sid}"
    assert (await request(server.port, "GET", query, headers=UPGRADE)).status == 400
    websocket = await WebSocket.open(server.port, f"transport=websocket&sid={client.sid}")
    websocket.send("2probe", "5")
    assert await websocket.next() == "3probe"
