"""From an HTTP request to a WebSocket: the opening handshake (RFC 6455, 4.2), and Engine.IO's probe ("Upgrade")."""

import asyncio
import base64
import binascii
import socket as sockets
from contextlib import suppress

from tornado.iostream import IOStream, StreamClosedError
from tornado.websocket import WebSocketProtocol13

from realtime.engine.packet import Message
from realtime.engine.websocket import POLICY, WebSocket

RESPONSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n"
)
PROBE_ANSWER = Message(b"3probe")


def check_upgrade(headers) -> str | None:
    """The Sec-WebSocket-Accept value for a request, None if it is no valid opening handshake (4.2.1)."""
    key = headers.get("Sec-WebSocket-Key", "")
    connection = [token.strip().lower() for token in headers.get("Connection", "").split(",")]
    with suppress(binascii.Error, ValueError):
        if (
            headers.get("Upgrade", "").lower() == "websocket"
            and "upgrade" in connection
            and headers.get("Sec-WebSocket-Version") == "13"
            and len(base64.b64decode(key, validate=True)) == 16
        ):
            return WebSocketProtocol13.compute_accept_value(key)
    return None


async def accept(stream: IOStream, accept_header: str, session) -> None:
    """Answer 101 and hand the bare socket to a WebSocket. Tornado has nothing more to do with it."""
    opened = probe if session.carrier else carry
    early = b""
    with suppress(StreamClosedError):
        await stream.write(RESPONSE % accept_header.encode())
        waiting = stream.read_bytes(65536, partial=True)
        early = waiting.result() if waiting.done() else b""
    if stream.closed():
        if opened is carry:
            session.lost("transport close")
        return
    bare = stream.socket.dup()
    stream.close()
    bare.setblocking(False)
    bare.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
    loop = asyncio.get_running_loop()
    _, websocket = await loop.connect_accepted_socket(
        lambda: WebSocket(session.engine, lambda websocket: opened(session, websocket), bare), bare
    )
    if early:
        websocket.data_received(early)


def carry(session, websocket: WebSocket) -> None:
    """Have a new session carried by the WebSocket from its first packet on."""
    session.carrier = websocket
    websocket.session, websocket.receive = session, session.receive
    session.send(session.opening([]))


def probe(session, websocket: WebSocket) -> None:
    """Let a session that polls move to the WebSocket: `2probe` is answered by `3probe`, and `5` moves it.

    Anything else, or nothing for too long, closes the WebSocket and leaves polling as it was.
    """
    polling = session.carrier

    def receive(data):
        if data == "2probe":
            websocket.send(PROBE_ANSWER)
            polling.start_upgrade()
        elif data == "5" and polling.upgrading and not session.closed:
            session.upgrade(websocket)
        else:
            websocket.close(POLICY, "not an upgrade probe")

    websocket.receive, websocket.given_up = receive, polling.stop_upgrade
    wheel = session.engine.wheel
    wheel.schedule(websocket, wheel.now() + session.engine.limits.upgrade_seconds)
