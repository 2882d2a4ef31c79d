"""A link: what Engine.IO (protocol v4) calls a session. Its packets, its heartbeat, its end; its carrier may change."""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from engine.endings import AT_ONCE, TOLD, Ending
from engine.errors import InvalidPacket
from engine.transport.carrier import Reading
from engine.transport.handshake import Handshake
from engine.transport.polling import Polling
from engine.transport.python_polling import PythonPolling
from engine.transport.sizes import Sizes
from engine.transport.state import State
from engine.transport.websocket import WebSocket
from engine.wire.message import Message

if TYPE_CHECKING:
    from engine.transport.engine_io import EngineIO

FIRST_SECONDS = 1.0
"""How long the open packet waits for what the server says next, so that one answer carries both."""
log = logging.getLogger("realtime")


class LinkState(State):
    """How far a link is."""

    OPEN = ("ENDED",)
    ENDED = ("GONE",)
    """Its client has left, or been told to; what it was told may still be on its way."""
    GONE = ()
    """Nobody can find it any more."""


OPEN, ENDED, GONE = LinkState


class Link(Sizes):
    """An Engine.IO session, kept in `EngineIO.sockets` in the place of engineio's AsyncSocket.

    `client` is there while it is open, so that the two hold each other no longer. `ending` tells why it has ended.
    """

    __slots__ = ("_session", "ending", "sid", "state")

    ending: Ending | None

    def __init__(self, eio: "EngineIO", sid: str, handshake: Handshake, carrier: WebSocket | None = None):
        super().__init__(eio)
        self.sid, self.handshake, self.revision = sid, handshake, handshake.revision
        self.state, self.ending, self.arrival = OPEN, None, None
        self._session: dict[str, Any] | None = None
        self.carrier = carrier or (PythonPolling if handshake.is_python else Polling)(self)
        self.client = eio.client_class(self)

    def become(self, state: LinkState) -> None:
        """Go on to another state."""
        self.state = self.state.to(state)

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self.state is not OPEN

    @property
    def broken(self) -> bool:
        """Whether it has ended because its client broke the protocol."""
        return self.ending is Ending.PROTOCOL

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

    @property
    def asked(self) -> bool:
        """Whether the server waits for an answer of the client."""
        return self.state is OPEN and self.client.asked

    async def first(self) -> list[Message]:
        """What the server says before the client has said anything, if it does and it is known soon."""
        if self.client.opened() and isinstance(self.carrier, Polling):
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_SECONDS):
                    return await self.carrier.poll()
        return []

    def send(self, message: Message) -> None:
        """Send a packet, in order, without waiting."""
        self.carrier.send(message)

    def receive(self, text: str) -> None:
        """Take one packet of the client ("Packet encoding"); an invalid one ends the link."""
        try:
            if text[:1] == "4":
                self.client.receive(text[1:])
            elif text == "3":
                self.pong()
            elif text[:1] == "b":
                self.client.receive_attachment(self.revision.binary(text))
            elif text == "1":
                self.close(Ending.NETWORK)
            elif text != "6":
                raise InvalidPacket("not an Engine.IO packet")
        except InvalidPacket as error:
            self.invalid(error)

    def receive_event(self, text: bytes) -> bool:
        """Take one packet if it is a short event, as nearly all are. Returns whether it was one."""
        return self.client.receive_event(text)

    def receive_binary(self, data: bytes) -> None:
        """Take a packet that is binary."""
        try:
            self.client.receive_attachment(self.revision.binary(data))
        except InvalidPacket as error:
            self.invalid(error)

    def invalid(self, error: Exception) -> None:
        """End a link whose client broke the protocol."""
        if self.state is OPEN:
            log.info("Session of %s closed: %s", self.handshake.ip, error)
            self.close(Ending.PROTOCOL, str(error))

    def too_slow(self) -> None:
        """End a client that does not take what it is sent."""
        self.close(Ending.SLOW)

    def pinged(self) -> None:
        """A ping is on its way, and what goes with it."""
        self.client.pinged()

    def look_after_tokens(self) -> float:
        """Warn or close those whose token runs out; returns in how many seconds to look again."""
        return self.client.look_after_tokens()

    def close(self, ending: Ending, message: str = "") -> None:
        """End the link, whoever wants that: its client is told why if there is time for it, its carrier closes.

        `message` is said instead of the ending's own sentence.
        """
        if self.state is not OPEN:
            return
        if ending.is_(TOLD):
            self.client.say_closing(ending, message)
        self.lost(ending)
        (self.carrier.drop if ending.is_(AT_ONCE) else self.carrier.close)(*ending.close_frame(message))

    def lost(self, ending: Ending) -> None:
        """End all that the link carries. The carrier ends as well, or has: it is that which tells."""
        if self.state is OPEN:
            self.become(ENDED)
            self.ending = ending
            self.eio.wheel.cancel(self)
            if self.arrival:
                self.arrival.drop()
            client = self.client
            del self.client
            client.end(ending)

    def forget(self) -> None:
        """The carrier has ended: no request can find the link any more."""
        self.become(GONE)
        self.eio.sockets.pop(self.sid, None)

    def upgrade(self, polling: Polling, websocket: WebSocket) -> None:
        """Let a WebSocket carry the link from now on ("Upgrade"); nothing queued is lost or doubled.

        A link that has ended meanwhile delivers its last packets so: once its client has been told that it may
        upgrade it polls no more, and waits for ever if it may not after all.
        """
        self.carrier = websocket
        websocket.carry(self)
        if polling.reading is Reading.PAUSED:
            websocket.pause_reading()
        for message in polling.hand_over():
            websocket.send(message)
        if self.state is not OPEN:
            websocket.close(*polling.ending)
