"""engineio's AsyncServer with sessions, carriers and timers of our own."""

import asyncio
from collections import deque

import engineio

from engine.limits import Limits
from engine.loop.garbage import Garbage
from engine.loop.inbox import Inbox
from engine.loop.outbox import Outbox
from engine.loop.wheel import Wheel
from engine.transport.link import Handshake, Session
from engine.transport.websocket import WebSocket

ENDING_SECONDS = 0.01
"""How long at a time the ends of connections may hold the loop."""


class EngineServer(engineio.AsyncServer):
    """The owner of sessions (`sockets`), of their timer and of what they send.

    It keeps engineio's (4.15) session table and ids, and replaces its sockets, its service task and its HTTP handling,
    which has the transports, time-outs and limits hard-coded inside (see `http`).
    """

    def __init__(self, limits: Limits, **options):
        super().__init__(monitor_clients=False, **options)
        self.limits = limits
        self.wheel, self.inbox, self.outbox, self.garbage = Wheel(), Inbox(), Outbox(), Garbage()
        self.departed: deque[WebSocket] = deque()
        self.client_class = None
        self.websockets = 0
        """How many WebSockets are open, those in their closing handshake and upgrade probes included."""
        self.away = self.draining = False
        """Whether the database was away when last asked; whether no new session is taken."""

    def open(self, handshake: Handshake, carrier) -> Session:
        """Make a session, carried by a WebSocket, or, for None, by polling."""
        session = Session(self, self.generate_id(), handshake, carrier)
        session.client = self.client_class(session)
        self.sockets[session.sid] = session
        self.garbage.session_opened()
        return session

    def depart(self, websocket: WebSocket) -> None:
        """A WebSocket is gone: end its session soon. Thousands that go at once are ended in small portions."""
        if not self.departed:
            asyncio.get_running_loop().call_soon(self.end_departed)
        self.departed.append(websocket)

    def end_departed(self) -> None:
        """End the sessions of WebSockets that are gone, for a while."""
        loop = asyncio.get_running_loop()
        until = loop.time() + ENDING_SECONDS
        try:
            while self.departed and loop.time() < until:
                self.departed.popleft().leave()
        finally:
            if self.departed:
                loop.call_later(0, self.end_departed)

    def _get_socket(self, sid):
        """Replaces a look-up that forgets sessions whose last packets are still to be fetched."""
        return self.sockets[sid]

    async def send_packet(self, sid, pkt):
        """Replaces engineio's queue."""
        raise NotImplementedError("Send through io, io.server or the session.")

    async def disconnect(self, sid=None):
        """Replaces closing by engineio's own sockets: of one session, or of all."""
        for session in [self.sockets.get(sid)] if sid else list(self.sockets.values()):
            if session:
                session.end(self.reason.SERVER_DISCONNECT)
