"""Whether a client sends faster than its handlers work."""

from typing import Any

from engine.sockets.services import Services
from engine.sockets.socket import Socket
from engine.transport.link import Link


class Pace:
    """The part of a client that has it wait; `sockets` are those that it has, by namespace."""

    __slots__ = ("link", "services", "sockets")

    services: Services
    link: Link
    sockets: dict[str, Socket[Any]]

    @property
    def asked(self) -> bool:
        """Whether the server waits for an answer of it: for an ack, or for the token that it was told to renew."""
        return any(socket.acks or socket.warned for socket in self.sockets.values())

    @property
    def ahead(self) -> bool:
        """Whether it has emitted more than may wait."""
        limits = self.services.limits
        bound = limits.events_asked if self.asked else limits.events_waiting
        many = any(socket.inbox and len(socket.inbox) >= bound for socket in self.sockets.values())
        return many or self.ahead_in_bytes

    @property
    def ahead_in_bytes(self) -> bool:
        """The same by bytes: two of the largest events, four while it is asked, and little where all hold much."""
        limits, intake = self.services.limits, self.services.eio.intake
        bound = limits.unaccepted_message_bytes if intake.full else (4 if self.asked else 2) * limits.message_bytes
        return sum(intake.held.get(socket, 0) for socket in self.sockets.values()) >= bound

    def read_on(self) -> None:
        """Have more read of it, if that is due."""
        if not self.ahead:
            self.link.carrier.resume_reading()
