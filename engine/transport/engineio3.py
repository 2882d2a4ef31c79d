"""What goes on with clients of Engine.IO 3, beside their bytes: the client pings, and the server speaks first."""

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.errors import InvalidPacket
from engine.transport.handshake import Handshake
from engine.transport.link import Link
from engine.transport.websocket import WebSocket
from engine.wire.message import Message
from engine.wire.revision import Revision

if TYPE_CHECKING:
    from engine.transport.engine_io import EngineIO


class Link3(Link):
    """A link whose client pings every interval ("Timeouts"); it is gone if interval and timeout pass without a sign."""

    def __init__(self, eio: "EngineIO", sid: str, handshake: Handshake, carrier: WebSocket | None = None):
        super().__init__(eio, sid, handshake, carrier)
        self.wait_for_ping()

    def wait_for_ping(self) -> None:
        """Expect the next ping in time. As long as something is due of the client, a link doesn't ping it."""
        limits = self.eio.limits
        self.pong_due = self.eio.wheel.now() + limits.ping_interval_seconds + limits.ping_timeout_seconds

    def receive(self, text: str) -> None:
        """Take one packet of the client: pings come from it, and no pongs."""
        if text[:1] == "2":
            self.wait_for_ping()
            self.send(Message(b"3" + text[1:].encode()))
        elif text[:1] == "3":
            self.invalid(InvalidPacket("a pong, which is the server's to send"))
        else:
            super().receive(text)


class WebSocket3(WebSocket):
    """A WebSocket on which binary data has a type, or is base64."""

    __slots__ = ("revision",)

    def __init__(
        self,
        eio: "EngineIO",
        address: str,
        opened: Callable[[WebSocket], None],
        bare: socket.socket,
        revision: Revision,
    ):
        super().__init__(eio, address, opened, bare)
        self.revision = revision

    def send(self, message: Message) -> None:
        """Send a Message with what else is sent in this turn of the loop."""
        self.write(self.revision.frames(message))
