"""engineio's AsyncServer with links, carriers and timers of our own."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import Any

import engineio  # pyright: ignore[reportMissingTypeStubs]

from engine.accounts import Accounts
from engine.endings import Ending
from engine.limits import Limits
from engine.loop.garbage import Garbage
from engine.loop.outbox import Outbox
from engine.loop.portions import Gradually
from engine.loop.turns import Turns
from engine.loop.wheel import Wheel
from engine.transport.client import Client
from engine.transport.engineio3 import Link3
from engine.transport.handshake import Handshake
from engine.transport.intake import Intake
from engine.transport.link import Link
from engine.transport.readiness import Readiness
from engine.transport.siblings import Siblings
from engine.transport.websocket import WebSocket


class EngineIO(engineio.AsyncServer):
    """The owner of links (`sockets`), of their timer and of what they send.

    It keeps engineio's (4.15) session table and ids, and replaces its sockets, its service task and its HTTP handling,
    which has the transports, time-outs and limits hard-coded inside (see `http`).
    """

    def __init__(self, limits: Limits, accounts: Accounts, client_class: Callable[[Link], Client]):
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            async_mode="tornado", async_handlers=False, monitor_clients=False
        )
        self.limits = limits
        self.wheel, self.turns, self.outbox, self.garbage = Wheel(), Turns(), Outbox(), Garbage()
        self.intake = Intake(self)
        self.departed = Gradually()
        """The ends of WebSockets that are gone: thousands may go at once."""
        self.client_class = client_class
        """Makes the Socket.IO side of a new link."""
        self.sockets: dict[str, Link] = {}
        self.websockets = 0
        """How many WebSockets are open, those in their closing handshake and upgrade probes included."""
        self.readiness = Readiness(accounts)
        self.siblings: Siblings | None = None

    @cached_property
    def loop(self) -> asyncio.AbstractEventLoop:
        """What it all runs on: before Python 3.12 to ask which that is takes a system call."""
        return asyncio.get_running_loop()

    def join(self, siblings: Siblings) -> None:
        """Be one of several processes on one port."""
        self.siblings = siblings

    def generate_id(self) -> str:
        """A new id of a link or a socket, 20 characters of A-Z, a-z, 0-9, - and _."""
        made = super().generate_id()
        return self.siblings.name + made[2:] if self.siblings else made

    def open(self, handshake: Handshake, websocket: WebSocket | None = None) -> Link:
        """Make a link, carried by a WebSocket, or, without one, by polling."""
        kind = Link3 if handshake.revision.number == 3 else Link
        link = kind(self, self.generate_id(), handshake, websocket)
        self.sockets[link.sid] = link
        self.garbage.link_opened()
        return link

    def find(self, sid: str | None) -> Link | None:
        """The link with an id, unless its client has been silent for too long."""
        link = self.sockets.get(sid or "")
        if link and link.overdue:
            link.look()
        return self.sockets.get(sid or "")

    def _get_socket(self, sid: str) -> Link:
        """Replaces a look-up that forgets links whose last packets are still to be fetched."""
        return self.sockets[sid]

    async def send_packet(self, sid: str, pkt: Any) -> None:
        """Replaces engineio's queue."""
        raise NotImplementedError("Send through io, io.server or the link.")

    async def disconnect(self, sid: str | None = None) -> None:
        """Replaces closing by engineio's own sockets: of one link, or of all."""
        for link in list(self.sockets.values()):
            if sid in (None, link.sid):
                link.close(Ending.SHUT)
