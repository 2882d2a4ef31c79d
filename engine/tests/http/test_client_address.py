"""Only proxies that we trust may say whom they speak for."""

import json

import pytest
from tornado.httputil import HTTPHeaders

from engine.http.client_address import Proxies
from engine.tests.app import io

PROXIES = ["10.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        ("fd00::1", "2001:db8:0:0::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, <script>", "10.0.0.1"),
        ("10.0.0.1", ",,,", "10.0.0.1"),
        ("", "1.1.1.1", ""),
    ],
)
def test_the_client_is_the_last_one_whom_no_trusted_proxy_vouches_beyond(peer, forwarded_for, client):
    assert address(peer, {"X-Forwarded-For": forwarded_for}) == client


def address(peer: str, headers: dict[str, str], trusted=PROXIES) -> str:
    return Proxies(trusted).client(peer, HTTPHeaders(headers)).address


def scheme(peer: str, headers: dict[str, str]) -> str | None:
    return Proxies(PROXIES).client(peer, HTTPHeaders(headers)).scheme


def test_without_trusted_proxies_the_header_means_nothing():
    assert address("10.0.0.1", {"X-Forwarded-For": "1.1.1.1", "Forwarded": "for=1.1.1.1"}, []) == "10.0.0.1"


@pytest.mark.parametrize(
    ("entry", "client"),
    [
        ("198.51.100.1:4711", "198.51.100.1"),
        ("198.51.100.1:_hidden", "198.51.100.1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ('"198.51.100.1"', "198.51.100.1"),
        ('"[2001:db8::1]:4711"', "2001:db8::1"),
        ("[::ffff:198.51.100.1]:80", "198.51.100.1"),
        ("198.51.100.1:4711, 10.0.0.2:80", "198.51.100.1"),
    ],
)
def test_an_entry_may_have_a_port_brackets_and_quotes(entry, client):
    assert address("10.0.0.1", {"X-Forwarded-For": entry}) == client
    assert address("10.0.0.1", {"Forwarded": ", ".join(f"for={each}" for each in entry.split(", "))}) == client


@pytest.mark.parametrize("entry", ["198.51.100.1:", "[198.51.100.1", "[]", "198.51.100.1:80:80", "_hidden", "unknown"])
def test_an_entry_that_names_no_address_leaves_the_proxy_as_the_client(entry):
    assert address("10.0.0.1", {"X-Forwarded-For": entry}) == "10.0.0.1"
    assert address("10.0.0.1", {"Forwarded": f"for={entry}"}) == "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "client", "used"),
    [
        ("for=198.51.100.1", "198.51.100.1", None),
        ("For=198.51.100.1;Proto=HTTPS;by=10.0.0.1", "198.51.100.1", "https"),
        ('proto=http; for="[2001:db8::1]:80"', "2001:db8::1", "http"),
        ("for=1.1.1.1;proto=http, for=198.51.100.1;proto=https", "198.51.100.1", "https"),
        ("for=198.51.100.1;proto=https, for=10.0.0.2;proto=http", "198.51.100.1", "https"),
        ("for=198.51.100.1;proto=https,for=10.0.0.2", "198.51.100.1", "https"),
        ("for=_hidden;proto=https", "10.0.0.1", "https"),
        ("proto=https", "10.0.0.1", "https"),
        ("proto=gopher", "10.0.0.1", None),
        ('for="1.1.1.1, for=198.51.100.1', "198.51.100.1", None),
        ('for="1.1.1.1;proto=https, for=198.51.100.1;proto=http;host="a"', "198.51.100.1", "http"),
        ("", "10.0.0.1", None),
        ("for", "10.0.0.1", None),
        (";;=;", "10.0.0.1", None),
    ],
)
def test_forwarded_is_believed_of_a_trusted_proxy_alone(forwarded, client, used):
    assert address("10.0.0.1", {"Forwarded": forwarded}) == client
    assert scheme("10.0.0.1", {"Forwarded": forwarded}) == used
    assert address("203.0.113.9", {"Forwarded": forwarded}) == "203.0.113.9"
    assert scheme("203.0.113.9", {"Forwarded": forwarded}) is None


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto"])
def test_forwarded_may_be_the_clients_own_where_the_proxy_sends_another_header(header):
    told = {header: "https", "Forwarded": "for=1.1.1.1;proto=http"}
    assert address("10.0.0.1", told) == "10.0.0.1"
    assert scheme("10.0.0.1", told) == ("https" if header == "X-Forwarded-Proto" else None)


class TestBehindAProxy:
    @pytest.fixture
    def trusted(self):
        return ["127.0.0.1"]

    @pytest.mark.parametrize(
        ("header", "value"), [("X-Forwarded-For", "198.51.100.1:4711"), ("Forwarded", 'for="198.51.100.1:4711"')]
    )
    async def test_requests_and_sockets_have_the_clients_address(self, fetch, wire, caplog, header, value):
        caplog.set_level("INFO", "tornado.access")
        await fetch("GET", "/seats", **{header.replace("-", "_"): value})
        assert "200 GET /seats (198.51.100.1)" in caplog.text
        await (await wire(headers={header: value})).join("anna")
        polled = await fetch("GET", "/socket.io/?EIO=4&transport=polling", **{header.replace("-", "_"): value})
        sid = json.loads(polled.body[1:])["sid"]
        await fetch("POST", f"/socket.io/?EIO=4&transport=polling&sid={sid}", b'40{"token":"bob"}')
        await fetch("GET", f"/socket.io/?EIO=4&transport=polling&sid={sid}")
        connected = await io.connections()
        assert {each.user_id for each in connected} == {"anna", "bob"}
        assert {socket.ip for each in connected for socket in each.sockets} == {"198.51.100.1"}
