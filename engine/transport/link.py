"""A link: what Engine.IO (protocol v4) calls a session. Its packets, its heartbeat, its end; its carrier may change."""

import logging
import math
import random
from typing import Any, NamedTuple

from engine.errors import InvalidPacket
from engine.transport.polling import Polling
from engine.transport.websocket import NORMAL, POLICY, RESTART, WebSocket
from engine.wire.engineio4 import ENGINEIO4
from engine.wire.json_out import dumps
from engine.wire.message import Message
from engine.wire.revision import Revision

PING = Message(b"2")
log = logging.getLogger("realtime")


class Handshake(NamedTuple):
    """What is kept of the request that opened a link."""

    ip: str
    token: str | None = None
    """The token of the query or the Authorization header; it never reaches a log."""
    origin: str = ""
    user_agent: str = ""
    revision: Revision = ENGINEIO4

    def environ(self) -> dict:
        """The same as python-socketio hands it to `connect` handlers of other namespaces, after WSGI (PEP 3333)."""
        return {"REMOTE_ADDR": self.ip, "HTTP_ORIGIN": self.origin, "HTTP_USER_AGENT": self.user_agent}


class Link:
    """An Engine.IO session, kept in `EngineIO.sockets` in the place of engineio's AsyncSocket.

    `client` is the Socket.IO side of it: `client.receive(text)`, `client.receive_attachment(data)`,
    `client.look_after_tokens()`, `client.say_closing(code, message)` and `client.closed(reason)`.
    """

    __slots__ = ("_session", "broken", "carrier", "client", "closed", "deadline", "eio", "handshake", "next_ping",
                 "pong_due", "revision", "sid", "slot")  # fmt: skip

    def __init__(self, eio, sid: str, handshake: Handshake, carrier: WebSocket | None = None):
        self.eio, self.sid, self.handshake, self.revision = eio, sid, handshake, handshake.revision
        self.closed = self.broken = False
        self.client = self._session = self.slot = self.pong_due = None
        self.carrier = carrier or Polling(self)
        now = eio.wheel.now()
        self.deadline = now + eio.limits.connect_seconds
        # Clients that came together must not be pinged together, so the first ping is early by chance.
        self.next_ping = now + eio.limits.ping_interval_seconds * random.uniform(0.5, 1)  # noqa: S311
        eio.wheel.schedule(self, min(self.deadline, self.next_ping))

    @property
    def upgraded(self) -> bool:
        """Whether a WebSocket carries it: asked by engineio's `transport()`."""
        return isinstance(self.carrier, WebSocket)

    @property
    def session(self) -> dict[str, Any]:
        """What python-socketio's `save_session` keeps, by namespace; engineio asks for it by this name."""
        if self._session is None:
            self._session = {}
        return self._session

    @session.setter
    def session(self, session: dict[str, Any]) -> None:
        self._session = session

    @property
    def behind(self) -> bool:
        """Whether the client reads slower than it is sent to."""
        return self.carrier.behind

    def opening(self, upgrades: list[str]) -> Message:
        """The open packet ("Handshake"); times are in milliseconds."""
        limits = self.eio.limits
        return Message(
            b"0"
            + dumps(
                {
                    "sid": self.sid,
                    "upgrades": upgrades,
                    "pingInterval": round(limits.ping_interval_seconds * 1000),
                    "pingTimeout": round(limits.ping_timeout_seconds * 1000),
                    "maxPayload": limits.message_bytes,
                }
            )
        )

    def send(self, message: Message) -> None:
        """Send a packet, in order, without waiting."""
        self.carrier.send(message)

    def receive(self, data: str | bytes) -> None:
        """Take one packet of the client ("Packet encoding"); an invalid one ends the link."""
        try:
            if data[:1] == "4":
                self.client.receive(data[1:])
            elif isinstance(data, bytes):
                self.client.receive_attachment(self.revision.binary(data))
            elif data == "3":
                self.pong()
            elif data[:1] == "b":
                self.client.receive_attachment(self.revision.binary(data))
            elif data == "1":
                self.drop("transport close")
            elif data != "6":
                raise InvalidPacket("not an Engine.IO packet")
        except InvalidPacket as error:
            self.invalid(error)

    def invalid(self, error: Exception) -> None:
        """End a link whose client broke the protocol."""
        if not self.closed:
            self.broken = True
            log.info("Session of %s closed: %s", self.handshake.ip, error)
            self.drop("parse error", POLICY, str(error))

    def pong(self) -> None:
        """The client is alive ("Heartbeat")."""
        if self.pong_due is not None:
            self.pong_due = None
            self.next_ping = self.eio.wheel.now() + self.eio.limits.ping_interval_seconds

    def tick(self, now: float) -> float | None:
        """Ping, end who is silent or doesn't CONNECT, and see to tokens; returns the time of the next look."""
        if self.closed:
            return None
        if now >= self.deadline:
            self.lost("no connect")
            self.carrier.close(POLICY, "No CONNECT was accepted in time.")
            return None
        if self.pong_due is not None and now >= self.pong_due:
            if not self.carrier.paused:
                self.drop("ping timeout", POLICY, "No pong came in time.")
                return None
            # Its pong may be here, behind events that we let wait.
            self.pong_due = now + self.eio.limits.ping_timeout_seconds
        if self.pong_due is None and now >= self.next_ping:
            self.send(PING)
            self.pong_due = now + self.eio.limits.ping_timeout_seconds
        tokens = now + self.client.look_after_tokens()
        return min(self.deadline, tokens, self.next_ping if self.pong_due is None else self.pong_due)

    def look(self) -> None:
        """See at once to what `tick` sees to; sockets have come, or their tokens have changed."""
        self.eio.wheel.call(self, self.eio.wheel.now())

    def keep(self) -> None:
        """A namespace has been accepted: the link may stay."""
        self.deadline = math.inf

    def expire(self, seconds: float) -> None:
        """End the link in so many seconds unless a namespace is accepted before."""
        when = self.eio.wheel.now() + seconds
        if when < self.deadline:
            self.deadline = when
            self.eio.wheel.schedule(self, when)

    def end_for_now(self, code: str, message: str) -> None:
        """Tell the client why, then close only the transport, after which the stock client connects again."""
        if not self.closed:
            self.client.say_closing(code, message)
            self.lost(code)
            self.carrier.close(RESTART if code == "drain" else POLICY, code)

    def end(self, reason: str) -> None:
        """Close the transport of a client that has been told all."""
        self.lost(reason)
        self.carrier.close(NORMAL)

    def drop(self, reason: str, code: int = NORMAL, message: str = "") -> None:
        """Close the transport of a client that gets nothing more."""
        self.lost(reason)
        self.carrier.drop(code, message)

    def lost(self, reason: str) -> None:
        """The link is over: leave every room and run the disconnect handlers, once."""
        if not self.closed:
            self.closed = True
            self.eio.wheel.cancel(self)
            if self.upgraded:
                self.forget()
            client, self.client = self.client, None
            client.closed(reason)

    def forget(self) -> None:
        """Drop it from the table: no request can find it any more."""
        self.eio.sockets.pop(self.sid, None)
        if not self.upgraded:
            self.carrier.forgotten()

    def upgrade(self, websocket: WebSocket) -> None:
        """Let a WebSocket carry the link from now on ("Upgrade"); nothing queued is lost or doubled.

        A link that has ended meanwhile delivers its last packets so: once its client has been told that it may
        upgrade it polls no more, and waits for ever if it may not after all.
        """
        polling, self.carrier = self.carrier, websocket
        websocket.link, websocket.receive = self, self.receive
        self.eio.wheel.cancel(websocket)
        if polling.paused:
            websocket.pause_reading()
        for message in polling.hand_over():
            websocket.send(message)
        if self.closed:
            self.forget()
            websocket.close(*polling.ending)
