"""engineio's AsyncServer with links, carriers and timers of our own."""

import engineio

from engine.limits import Limits
from engine.loop.garbage import Garbage
from engine.loop.outbox import Outbox
from engine.loop.portions import Gradually
from engine.loop.turns import Turns
from engine.loop.wheel import Wheel
from engine.transport.link import Handshake, Link


class EngineIO(engineio.AsyncServer):
    """The owner of links (`sockets`), of their timer and of what they send.

    It keeps engineio's (4.15) session table and ids, and replaces its sockets, its service task and its HTTP handling,
    which has the transports, time-outs and limits hard-coded inside (see `http`).
    """

    def __init__(self, limits: Limits, client_class):
        super().__init__(async_mode="tornado", async_handlers=False, monitor_clients=False)
        self.limits = limits
        self.wheel, self.turns, self.outbox, self.garbage = Wheel(), Turns(), Outbox(), Garbage()
        self.departed = Gradually()
        """The ends of WebSockets that are gone: thousands may go at once."""
        self.client_class = client_class
        self.websockets = 0
        """How many WebSockets are open, those in their closing handshake and upgrade probes included."""
        self.away = self.draining = False
        """Whether the database was away when last asked; whether no new link is taken."""

    def open(self, handshake: Handshake, carrier) -> Link:
        """Make a link, carried by a WebSocket, or, for None, by polling."""
        link = Link(self, self.generate_id(), handshake, carrier)
        link.client = self.client_class(link)
        self.sockets[link.sid] = link
        self.garbage.link_opened()
        return link

    def _get_socket(self, sid):
        """Replaces a look-up that forgets links whose last packets are still to be fetched."""
        return self.sockets[sid]

    async def send_packet(self, sid, pkt):
        """Replaces engineio's queue."""
        raise NotImplementedError("Send through io, io.server or the link.")

    async def disconnect(self, sid=None):
        """Replaces closing by engineio's own sockets: of one link, or of all."""
        for link in [self.sockets.get(sid)] if sid else list(self.sockets.values()):
            if link:
                link.end(self.reason.SERVER_DISCONNECT)
