"""What RFC 9112 says that a server must accept is accepted, for REST and for sockets."""

import asyncio
import json

import pytest

from engine.http.handler import Handler
from engine.tests.http.raw import answer
from engine.tests.transport.raw import UPGRADE

HOST = b"Host: localhost\r\n"
SEAT = b'{"row": 1, "name": "Ann"}'
OPENING = "/socket.io/?EIO=4&transport=polling"


@pytest.fixture
def ask(dial):
    """`answer = await ask(b"GET / HTTP/1.1…")` sends bytes as they are: status, headers, body."""

    async def ask(request: bytes):
        reader, writer = await dial()
        writer.write(request)
        async with asyncio.timeout(30):
            found = await answer(reader)
        writer.close()
        return found

    return ask


def chunked(*parts: bytes, headers: bytes = b"") -> bytes:
    return b"POST /seats HTTP/1.1\r\n" + HOST + headers + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(parts)


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET http://localhost/seats HTTP/1.1",
        b"GET HTTP://other.example:8080/seats?x=http://y HTTP/1.1",
        b"GET https://localhost/seats HTTP/1.1",
        b"GET /seats HTTP/1.0",
        b"GET /seats HTTP/1.9",
        b"\r\nGET /seats HTTP/1.1",
    ],
)
async def test_a_path_may_come_with_a_host_and_another_version(ask, request_line):
    assert (await ask(request_line + b"\r\n" + HOST + b"\r\n")).status == 200


async def test_a_host_alone_is_the_root(app, ask):
    class Root(Handler):
        def get(self):
            self.write(b"the root")

    app.add_handlers(".*", [("/", Root)])
    assert (await ask(b"GET http://localhost HTTP/1.1\r\n" + HOST + b"\r\n")).body == b"the root"


async def test_the_host_of_the_target_is_the_one_that_counts(ask):
    asking = b"GET http://page.example" + OPENING.encode() + b" HTTP/1.1\r\n" + HOST
    assert (await ask(asking + b"Origin: http://localhost\r\n\r\n")).status == 403
    assert (await ask(asking + b"Origin: http://page.example\r\n\r\n")).status == 200


@pytest.mark.parametrize("target", [b"http://a@localhost/seats", b"ftp://localhost/seats", b"http:///seats", b"seats"])
async def test_a_target_that_is_none_is_not_found(ask, target):
    assert (await ask(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")).status == 404


async def test_the_server_as_a_whole_can_be_asked_for_its_options(ask):
    answer = await ask(b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n")
    assert (answer.status, answer.headers["allow"]) == (204, "options")


@pytest.mark.parametrize(
    "headers",
    [
        b"Host:\r\n",
        b"Host: localhost\r\nX-Latin: caf\xe9\r\n",
        b"Host: localhost\r\nX-Empty:\r\n",
        b"Host: localhost\r\nX-Tab: a\tb \t\r\n",
        b"hOST:localhost\r\n!#$%&'*+-.^_`|~: x\r\n",
    ],
)
async def test_headers_may_have_whatever_the_grammar_allows(ask, headers):
    assert (await ask(b"GET /seats HTTP/1.1\r\n" + headers + b"\r\n")).status == 200


async def test_http_1_0_needs_no_host(ask):
    assert (await ask(b"GET /seats HTTP/1.0\r\n\r\n")).status == 200


@pytest.mark.parametrize(
    "body",
    [
        [b"19\r\n", SEAT, b"\r\n0\r\n\r\n"],
        [b"0019;name=value\r\n", SEAT, b"\r\n000;last\r\n\r\n"],
        [b'19 ; a="b;c" ;d\r\n', SEAT, b"\r\n0\r\n\r\n"],
        [b"19\r\n", SEAT, b"\r\n0\r\nX-Checksum: 1\r\nX-Other: 2\r\n\r\n"],
        [b"A\r\n", SEAT[:10], b"\r\nf;x\r\n", SEAT[10:], b"\r\n0;y\r\nX-Checksum: 1\r\n\r\n"],
    ],
)
async def test_chunks_may_have_extensions_and_trailers(dial, body):
    reader, writer = await dial()
    for _ in range(2):
        writer.write(chunked(*body))
        assert (await answer(reader)).json == {"row": 1, "name": "Ann"}
    writer.write(chunked())
    for piece in body:
        for byte in piece:
            writer.write(bytes([byte]))
            await writer.drain()
    assert (await answer(reader)).status == 200
    writer.close()


async def test_the_name_of_a_coding_is_the_same_in_capitals(ask):
    request = chunked(b"19\r\n", SEAT, b"\r\n0\r\n\r\n").replace(b": chunked", b": Chunked")
    assert (await ask(request)).status == 200


@pytest.mark.parametrize(
    "body",
    [
        [b"19;" + b"x" * 2000 + b"\r\n", SEAT],
        [b"19\r\n", SEAT, b"\r\n0\r\n", b"X-Long: x\r\n" * 1000],
        [b"x\r\n"],
        [b";\r\n"],
        [b"19\r\n", SEAT, b"x\r\n0\r\n\r\n"],
    ],
)
async def test_extensions_and_trailers_without_end_are_no_http(dial, body):
    reader, writer = await dial()
    writer.write(chunked(*body))
    async with asyncio.timeout(30):
        assert (await reader.read(12)) in (b"", b"HTTP/1.1 400")
    writer.close()


@pytest.mark.parametrize("number", ["²", "٣", "+5", "-5", "1_0", "0x5", "5.0", "5 5", "1" * 5000])
@pytest.mark.parametrize("path", [b"/seats", OPENING.encode() + b"&sid=x"])
async def test_a_length_that_is_no_number_is_no_http(dial, caplog, path, number):
    for field in (b"Content-Length: %b\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n%b\r\n"):
        reader, writer = await dial()
        writer.write(b"POST " + path + b" HTTP/1.1\r\n" + HOST + field % number.encode() + b"hello\r\n0\r\n\r\n")
        async with asyncio.timeout(30):
            assert (await reader.read(12)) in (b"", b"HTTP/1.1 400", b"HTTP/1.1 413")
        writer.close()
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("number", ["%C2%B2", "\u00b2", "%D9%A4"])
async def test_a_number_in_a_header_or_the_query_that_is_none_is_refused(ask, caplog, number):
    query = f"GET /socket.io/?EIO={number}&transport=polling HTTP/1.1\r\n".encode()
    assert (await ask(query + HOST + b"\r\n")).status == 400
    origin = f"Origin: http://1.{number}:{number}\r\nX-Forwarded-For: {number}\r\n\r\n".encode()
    assert (await ask(f"GET {OPENING} HTTP/1.1\r\n".encode() + HOST + origin)).status == 403
    assert not [record for record in caplog.records if record.exc_info]


async def test_what_is_true_of_rest_is_true_of_a_socket_that_posts(ask, fetch):
    sid = json.loads((await fetch("GET", OPENING)).body[1:])["sid"]
    target = f"POST http://localhost{OPENING}&sid={sid} HTTP/1.1\r\n".encode()
    body = b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\n40\r\n0\r\nX-Trailer: 1\r\n\r\n"
    assert (await ask(target + HOST + body)).body == b"ok"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("HEAD", "/seats", 200), ("HEAD", "/healthz", 200), ("HEAD", "/nothing", 404)]
)
async def test_head_answers_as_get_would_and_without_a_body(fetch, method, path, status):
    headed, got = await fetch("HEAD", path), await fetch("GET", path)
    assert (headed.code, headed.body) == (status, b"")
    assert headed.headers["Content-Length"] == got.headers["Content-Length"] == str(len(got.body))


async def test_head_is_not_where_get_is_not(app, fetch):
    class Posted(Handler):
        def post(self):
            self.write({})

    app.add_handlers(".*", [("/posted", Posted)])
    response = await fetch("HEAD", "/posted")
    assert (response.code, response.headers["Allow"]) == (405, "POST, OPTIONS")


@pytest.mark.parametrize("path", ["/socket.io", "/socket.io/", "http://localhost/socket.io/"])
async def test_sockets_have_their_path_with_and_without_the_slash(ask, path):
    target = f"GET {path}?EIO=4&transport=polling HTTP/1.1\r\n".encode()
    assert (await ask(target + HOST + b"\r\n")).status == 200
    upgrade = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
    target = f"GET {path}?EIO=4&transport=websocket HTTP/1.1\r\n".encode()
    assert (await ask(target + HOST + upgrade.encode() + b"\r\n")).status == 101
