"""How a session opens, and who is refused before one does (Engine.IO v4, "Handshake"; RFC 6455, 4.2)."""

import asyncio
import json

import pytest

from engine.tests.app import io
from engine.tests.transport.raw import UPGRADE, Connection, Polling, WebSocket

POLLING, WEBSOCKET = "EIO=4&transport=polling", "EIO=4&transport=websocket"


async def test_a_polling_handshake_is_answered_with_the_open_packet(server):
    answer = await server.request("GET", POLLING)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; charset=UTF-8"
    assert answer.text[0] == "0"
    opening = json.loads(answer.text[1:])
    assert opening.pop("sid") in server.links
    assert opening == {"upgrades": ["websocket"], "pingInterval": 25000, "pingTimeout": 20000, "maxPayload": 1000000}


async def test_a_websocket_handshake_is_answered_with_the_open_packet(server):
    websocket = await WebSocket.open(server.port)
    opening = json.loads((await websocket.next())[1:])
    assert opening.pop("sid") in server.links
    assert opening == {"upgrades": [], "pingInterval": 25000, "pingTimeout": 20000, "maxPayload": 1000000}


async def test_times_are_announced_in_exact_milliseconds(server):
    server.limit(ping_interval_seconds=0.3, ping_timeout_seconds=0.2)
    opening = (await server.polling()).opening
    assert (opening["pingInterval"], opening["pingTimeout"]) == (300, 200)


async def test_each_session_has_an_id_of_its_own(server):
    assert len({(await server.polling()).sid for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "query", ["EIO=2&transport=polling", "EIO=abc&transport=polling", "EIO=03&transport=polling", "EIO="]
)
@pytest.mark.parametrize("headers", [{}, UPGRADE])
async def test_another_version_of_the_protocol_is_refused(server, query, headers):
    answer = await server.request("GET", query.replace("polling", "websocket") if headers else query, headers=headers)
    assert answer.status == 400
    assert json.loads(answer.body) == {"code": 5, "message": "Unsupported protocol version"}
    assert not server.links


@pytest.mark.parametrize("query", ["EIO=4", "EIO=4&transport=", "EIO=4&transport=abc", "EIO=4&transport=webtransport"])
@pytest.mark.parametrize("headers", [{}, UPGRADE])
async def test_a_missing_or_unknown_transport_is_refused(server, query, headers):
    answer = await server.request("GET", query, headers=headers)
    assert (answer.status, json.loads(answer.body)["code"]) == (400, 0)
    assert not server.links


async def test_a_websocket_upgrade_for_the_polling_transport_is_refused(server):
    assert (await server.request("GET", POLLING, headers=UPGRADE)).status == 400
    assert not server.links


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "NONSENSE"])
@pytest.mark.parametrize("query", [POLLING, WEBSOCKET])
async def test_another_method_is_refused(server, method, query):
    assert (await server.request(method, query)).status == 400


@pytest.mark.parametrize("query", ["", "EIO=4", "EIO=9&transport=polling", POLLING, f"{POLLING}&sid=nobody", WEBSOCKET])
async def test_head_is_answered_as_get_is_and_opens_nothing(server, query):
    headed = await server.request("HEAD", query)
    assert not server.links
    assert (headed.status, headed.body) == ((await server.request("GET", query)).status, b"")


async def test_head_fetches_nothing(server):
    client = await server.polling("anna")
    await io.send("user::anna", "news", 1)
    assert (await server.request("HEAD", client.query)).status == 200
    assert (await client.poll()).packets[0] == '42["news",1]'


async def test_head_is_answered_503_where_get_is(server):
    io.server.eio.readiness.drain()
    assert {(await server.request(method, POLLING)).status for method in ("HEAD", "GET")} == {503}


async def test_a_post_without_a_session_is_refused(server):
    answer = await server.request("POST", POLLING, body="40")
    assert (answer.status, json.loads(answer.body)["code"]) == (400, 2)


@pytest.mark.parametrize("headers", [{}, UPGRADE])
async def test_an_unknown_session_is_refused(server, headers):
    query = f"{WEBSOCKET if headers else POLLING}&sid=nobody"
    answer = await server.request("GET", query, headers=headers)
    assert (answer.status, json.loads(answer.body)["code"]) == (400, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"Upgrade": None},
        {"Upgrade": "h2c"},
        {"Connection": None},
        {"Connection": "close"},
        {"Sec-WebSocket-Key": None},
        {"Sec-WebSocket-Key": "dG9vIHNob3J0"},
        {"Sec-WebSocket-Key": "not base64 at all!!!!!=="},
        {"Sec-WebSocket-Version": None},
        {"Sec-WebSocket-Version": "8"},
    ],
)
async def test_a_wrong_opening_handshake_is_refused(server, wrong):
    answer = await server.request("GET", WEBSOCKET, headers=UPGRADE | wrong)
    assert answer.status == 400
    assert answer.headers["sec-websocket-version"] == "13"
    assert not server.links


async def test_a_right_opening_handshake_is_accepted_by_the_value_of_the_rfc(server):
    connection = await Connection.open(server.port)
    answer = await connection.request("GET", WEBSOCKET, headers=UPGRADE | {"Connection": "keep-alive, upgrade"})
    assert answer.status == 101
    assert answer.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert "sec-websocket-extensions" not in answer.headers
    assert "sec-websocket-protocol" not in answer.headers


@pytest.mark.parametrize(
    ("offered", "accepted"),
    [("chat", "chat"), ("v2.chat, chat", "v2.chat"), (" a , b", "a"), ("", None), (",", None), ("\xe4", None)],
)
async def test_the_first_subprotocol_that_is_offered_is_the_one(server, offered, accepted):
    connection = await Connection.open(server.port)
    answer = await connection.request("GET", WEBSOCKET, headers=UPGRADE | {"Sec-WebSocket-Protocol": offered})
    assert answer.status == 101
    assert answer.headers.get("sec-websocket-protocol") == accepted


async def test_no_extension_is_negotiated(server):
    offers = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    connection = await Connection.open(server.port)
    answer = await connection.request("GET", WEBSOCKET, headers=UPGRADE | offers)
    assert answer.status == 101
    assert "sec-websocket-extensions" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, None),
        ("http://127.0.0.1:{port}", None),
        ("https://friend.example.com", None),
        ("https://FRIEND.example.com", None),
        ("https://friend.example.com:443", None),
        ("wss://friend.example.com", None),
        ("ws://127.0.0.1:{port}", None),
        ("wss://example.com", "example.com"),
        ("capacitor://localhost", None),
        ("app://localhost", "localhost"),
        ("file://", "localhost"),
        ("*", None),
        ("http://example.com", "example.com"),
        ("http://example.com", "example.com:80"),
        ("https://example.com", "example.com:443"),
        ("https://example.com:443", "example.com"),
        ("http://Example.com", "example.COM"),
        ("http://[::1]:8888", "[::1]:8888"),
    ],
)
@pytest.mark.parametrize("query", [POLLING, WEBSOCKET])
async def test_pages_of_our_own_origin_and_of_friends_may_connect(server, origin, host, query):
    answer = await server.request("GET", query, headers=from_page(server, origin, host, query))
    assert answer.status == (101 if query == WEBSOCKET else 200)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("null", None),
        ("", None),
        ("http://evil.example.com", None),
        ("http://127.0.0.1", None),
        ("ws://127.0.0.1", None),
        ("wss://evil.example.com", None),
        ("http://*", None),
        ("capacitor://local host", None),
        ("file", None),
        ("http://127.0.0.1:1", None),
        ("http://127.0.0.1:{port}.evil.example.com", None),
        ("http://friend.example.com", None),
        ("https://friend.example.com.evil.example.com", None),
        ("http://example.com:99999999", "example.com"),
        ("http://example.com:8080", "example.com"),
        ("http://example.com", "example.com:8080"),
        ("https://example.com", "example.com:80"),
        ("http://sub.example.com", "example.com"),
        ("http://example.com@evil.example.com", "example.com"),
        ("http://evil@example.com", "example.com"),
        ("http://example.com, http://evil.example.com", "example.com"),
        ("example.com", "example.com"),
        ("http://[", "example.com"),
    ],
)
@pytest.mark.parametrize("query", [POLLING, WEBSOCKET])
async def test_other_pages_are_refused_before_the_upgrade(server, origin, host, query):
    answer = await server.request("GET", query, headers=from_page(server, origin, host, query))
    assert (answer.status, json.loads(answer.body)["code"]) == (403, 4)
    assert not server.links


def from_page(server, origin, host, query):
    fields = UPGRADE if query == WEBSOCKET else {}
    fields = fields | ({"Host": host} if host else {})
    return fields if origin is None else fields | {"Origin": origin.format(port=server.port)}


async def test_another_origin_is_refused_on_a_session_that_polls(server):
    client = await server.polling("anna")
    answer = await server.request("POST", client.query, headers={"Origin": "http://evil.example.com"}, body="41")
    assert answer.status == 403
    assert await io.online("anna")


async def test_a_client_s_address_is_its_own(server):
    websocket = await server.websocket("anna", headers={"X-Forwarded-For": "1.2.3.4"})
    socket = io.node.hub.socket(websocket.id, "/")
    assert socket.ip == "127.0.0.1"
    assert io.server.get_environ(websocket.id)["REMOTE_ADDR"] == "127.0.0.1"


async def test_friends_are_told_that_they_may_read(server):
    answer = await server.request("GET", POLLING, headers={"Origin": "https://friend.example.com"})
    assert answer.headers["access-control-allow-origin"] == "https://friend.example.com"
    assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize("origin", ["file://", "*", "capacitor://localhost"])
async def test_programs_that_are_no_browser_may_read_too_but_without_credentials(server, origin):
    for method in ("GET", "OPTIONS"):
        answer = await server.request(method, POLLING, headers={"Origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in answer.headers


async def test_a_preflight_is_answered(server):
    answer = await server.request("OPTIONS", POLLING, headers={"Origin": "https://friend.example.com"})
    assert answer.status == 204
    assert "POST" in answer.headers["access-control-allow-methods"]


async def test_a_client_that_vanishes_before_its_101_leaves_nothing(server, lines):
    for _ in range(50):
        connection = await Connection.open(server.port)
        connection.ask("GET", WEBSOCKET, UPGRADE)
        connection.reset()
    await server.polling()
    await server.websocket()
    async with asyncio.timeout(30):
        while len(server.links) > 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not lines()


async def test_frames_that_come_with_the_upgrade_are_read(server):
    connection = await Connection.open(server.port)
    websocket = WebSocket(connection)
    connection.ask("GET", WEBSOCKET, UPGRADE, websocket.frames.send_data('40{"token":"anna"}'))
    # What is behind the request's head is no body: a GET without Content-Length has none.
    assert (await connection.answer()).status == 101


async def test_nobody_gets_in_while_the_server_drains(server):
    io.server.eio.readiness.drain()
    for headers in {}, UPGRADE:
        answer = await server.request("GET", WEBSOCKET if headers else POLLING, headers=headers)
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")


async def test_of_long_headers_only_the_beginning_is_kept(server):
    headers = {"User-Agent": "x" * 7_000, "Authorization": "Bearer " + "y" * 7_000}
    client = await Polling.open(server.port, headers=headers)
    handshake = server.links[client.sid].handshake
    assert len(handshake.user_agent) == 512
    assert len(handshake.token) < 5000
    await client.post("40")
    assert json.loads((await client.packet())[2:])["data"]["code"] == "token_invalid"
