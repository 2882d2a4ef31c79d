"""An app as a process: what it says when it cannot start, and how it ends."""

import json
import signal
import socket
import sys

import pytest

from engine.testing.processes import ROOT, Process

pytestmark = pytest.mark.slow

SERVER = ["-m", "engine.tests.transport.server"]
RELOADING = [sys.executable, "-m", "tornado.autoreload", "--until-success", *SERVER]
SEAT = {"row": 1, "name": "Anna"}


@pytest.fixture
def start(tmp_path):
    """`start(PORT="8888")` is the engine's small app as a process, which ends with the test."""
    started = []

    def start(command=(sys.executable, *SERVER), **environment) -> Process:
        started.append(Process(tmp_path, {"PYTHONPATH": str(ROOT), **environment}, command))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.stopped()


def test_a_port_that_is_taken_is_named_with_the_way_out(start):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        app = start(PORT=str(port))
        assert app.ended() == 2
    assert app.said.strip().endswith(
        f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Choose another: PORT=8889 make run"
    )
    assert "Traceback" not in app.said


def test_a_wrong_setting_ends_it_under_autoreload_too(start):
    app = start(RELOADING, PORT="http")
    assert app.ended() == 2
    assert app.said.startswith("PORT cannot be used: ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_that_ask_for_an_end_get_a_clean_one_too(start, number):
    app = start().listens()
    assert app.stopped(number) == 0
    assert "Traceback" not in app.said


def test_a_request_that_was_begun_is_answered_before_the_end(start):
    app = start().listens()
    body = json.dumps(SEAT).encode()
    head = f"POST /seats HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", app.port)) as client:
        client.sendall(head + body[:10])
        app.ask("GET", "/healthz")
        app.process.send_signal(signal.SIGTERM)
        while app.accepts():
            pass
        client.sendall(body[10:])
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
    assert app.ended() == 0


def test_a_client_that_never_ends_its_request_holds_up_the_end_no_longer_than_the_drain(start):
    app = start(DRAIN_SECONDS="0.2").listens()
    with socket.create_connection(("127.0.0.1", app.port)) as client:
        client.sendall(b"POST /seats HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
        app.ask("GET", "/healthz")
        assert app.stopped(signal.SIGTERM) == 0


def test_a_token_is_never_logged(start):
    app = start().listens()
    app.ask("GET", "/healthz?jwt=hidden")
    app.ask("GET", "/nowhere?token=hidden")
    for malformed in (
        b"GET /healthz?jwt=hidden HTTP/9\r\n\r\n",
        b"GET /healthz?jwt=hidden\x1b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer hidden\x01\r\n\r\n",
        b"POST /seats?jwt=hidden HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", app.port)) as client:
            client.sendall(malformed)
            client.recv(1000)
    assert app.stopped() == 0
    assert "404 GET /nowhere (127.0.0.1)" in app.said
    assert "hidden" not in app.said
    assert "Traceback" not in app.said
