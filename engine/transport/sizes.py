"""How much the client of a link may send at once."""

import logging
from abc import abstractmethod
from collections.abc import Callable, Iterable

from engine.endings import Ending
from engine.errors import InvalidPacket
from engine.limits import Limits
from engine.transport.client import Client
from engine.transport.handshake import Handshake
from engine.transport.heartbeat import Heartbeat
from engine.transport.intake import Arrival
from engine.transport.polling import Polling
from engine.transport.posts import bounded
from engine.transport.websocket import WebSocket
from engine.wire.revision import Revision

PACKET_BYTES = 16 * 1024
"""How much of a large message counts as one packet: it takes its time to be read, and to be handled."""
log = logging.getLogger("realtime")


def most_payload_bytes(limits: Limits) -> int:
    """How much a client that is accepted may post at once: base64 is longer by a third, older clients post all."""
    return 2 * limits.message_bytes


class Sizes(Heartbeat):
    """The part of a link that knows its bounds."""

    __slots__ = ("arrival", "client", "handshake", "revision")

    client: Client
    handshake: Handshake
    revision: Revision
    arrival: Arrival | None
    """What is on its way."""

    @property
    def accepted(self) -> bool:
        """Whether a namespace has accepted its client."""
        return not self.closed and self.client.accepted

    @property
    def message_bytes(self) -> int:
        """How large a message of its client may be."""
        limits = self.eio.limits
        return limits.message_bytes if self.accepted else limits.unaccepted_message_bytes

    @property
    def payload_bytes(self) -> int:
        """How much its client may post at once."""
        return most_payload_bytes(self.eio.limits) if self.accepted else self.message_bytes

    def packets(self, body: bytes, binary: bool) -> Iterable[str | bytes]:
        """Decode what its client has posted. Raises InvalidPacket, and TooLarge for a packet over the limit."""
        packets = self.revision.packets(body, binary)
        return bounded(packets, self.message_bytes) if len(body) > self.message_bytes else packets

    def large(self, size: int) -> None:
        """A large message of so many bytes begins to come, or, if that is 0, is over."""
        if not size:
            self.arrived()
        elif not self.accepted:
            self.too_large()
        elif isinstance(carrier := self.carrier, WebSocket) and not self.expect(size, carrier.take_turn):
            carrier.wait_for_room()

    def expect(self, size: int, go_on: Callable[[], None]) -> bool:
        """Something begins to come that is over by `arrived`.

        Returns whether there is room for so many bytes; if not, `go_on()` is called once there is.
        """
        self.spend(size // PACKET_BYTES)
        self.arrival = self.arrival or Arrival(self)
        return self.arrival.begin(size, go_on)

    def expect_attachments(self) -> None:
        """A packet begins whose attachments follow; it is over by `arrived`."""
        self.arrival = self.arrival or Arrival(self)
        self.arrival.parts += 1

    def hold(self, attachment: bytes) -> None:
        """One of them has come. Large ones had to wait for room; of many small ones, there may be none left."""
        intake = self.eio.intake
        intake.hold(self.arrival, len(attachment))
        if intake.full and intake.held[self.arrival] > self.eio.limits.unaccepted_message_bytes:
            self.busy()

    def arrived(self) -> None:
        """It is over."""
        if self.arrival and self.arrival.end():
            self.arrival = None

    def late(self, waiting: bool) -> None:
        """What is on its way did not come in time, or, if it is still `waiting`, could not."""
        if waiting:
            self.busy()
        else:
            self.invalid(InvalidPacket(f"a message that was not whole after {self.eio.limits.message_seconds:g} s"))

    def busy(self) -> None:
        """End a client for whose message there is no room, and log which setting that is."""
        if not self.closed:
            most = self.eio.limits.unhandled_bytes
            log.warning("Session of %s closed: no room for more than MAX_UNHANDLED_BYTES=%d", self.handshake.ip, most)
            self.close(Ending.BUSY)

    def too_large(self) -> None:
        """End a client that sends a message over the limit, and log which setting that is."""
        if not self.closed:
            setting = "MAX_MESSAGE_BYTES" if self.accepted else "MAX_UNACCEPTED_MESSAGE_BYTES"
            log.info(
                "Session of %s closed: a message larger than %s=%d", self.handshake.ip, setting, self.message_bytes
            )
            self.close(Ending.TOO_LARGE)

    async def told(self) -> None:
        """Wait until the client of a link that has ended knows it, but not for long."""
        if isinstance(self.carrier, Polling):
            await self.carrier.fetched()

    @abstractmethod
    def invalid(self, error: Exception) -> None:
        """End a link whose client broke the protocol."""
