"""engineio's AsyncServer with sessions, carriers and timers of our own."""

import engineio

from engine.limits import Limits
from engine.loop.garbage import Garbage
from engine.loop.inbox import Inbox
from engine.loop.outbox import Outbox
from engine.loop.portions import Gradually
from engine.loop.wheel import Wheel
from engine.transport.link import Handshake, Session


class EngineServer(engineio.AsyncServer):
    """The owner of sessions (`sockets`), of their timer and of what they send.

    It keeps engineio's (4.15) session table and ids, and replaces its sockets, its service task and its HTTP handling,
    which has the transports, time-outs and limits hard-coded inside (see `http`).
    """

    def __init__(self, limits: Limits, **options):
        super().__init__(monitor_clients=False, **options)
        self.limits = limits
        self.wheel, self.inbox, self.outbox, self.garbage = Wheel(), Inbox(), Outbox(), Garbage()
        self.departed = Gradually()
        """The ends of WebSockets that are gone: thousands may go at once."""
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
