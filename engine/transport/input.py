"""What comes in over a WebSocket: read in portions, by turns, and not at all while it has to wait."""

import select
import socket
import sys
from abc import abstractmethod
from typing import TYPE_CHECKING

from engine.loop.portions import Portion
from engine.transport.carrier import Reading
from engine.transport.output import CLOSED, OPEN, Output
from engine.transport.rest import Rest

if TYPE_CHECKING:
    from engine.transport.engine_io import EngineIO

PORTION_BYTES = 4096
"""How much is read before a pause of reading can take effect."""
READING_SECONDS = 0.005
"""How long at a time what clients have sent in one go may hold the loop."""

ENDED = select.POLLRDHUP if sys.platform == "linux" else 0
"""What poll(2) tells of a peer that sends no more; that a connection has broken it tells unasked."""

FLOWING, RESTING, SPENT, PAUSED, WAITING = Reading


class Input(Output):
    """The reading half of a WebSocket."""

    __slots__ = ("held", "reading", "rests")

    def __init__(self, eio: "EngineIO", bare: socket.socket):
        super().__init__(eio, bare)
        self.reading = FLOWING
        self.held = b""
        """What has come while it is not read."""
        self.rests: Rest | None = None

    @abstractmethod
    def read(self, data: bytes) -> None:
        """Read frames, message by message."""

    def take(self, data: bytes) -> None:
        """Read what came, whatever it is. While reading is paused, what has come already waits, too."""
        if self.reading is not FLOWING:
            self.held += data
        elif len(data) <= PORTION_BYTES:
            self.read(data)
        else:
            self.read_portions(data)

    def read_portions(self, data: bytes) -> None:
        """Read much in portions, between which others get their turn."""
        portion = Portion(READING_SECONDS / (len(self.eio.turns.waiting) or 1))
        for end in range(PORTION_BYTES, len(data) + PORTION_BYTES, PORTION_BYTES):
            self.read(data[end - PORTION_BYTES : end])
            if self.reading is FLOWING and portion.over and end < len(data):
                self.stop_reading(RESTING)
                self.eio.turns.add(self)
            if self.reading is not FLOWING:
                self.held += data[end:]
                return

    def rest(self) -> None:
        """Read no more for as long as the client's budget says."""
        if self.reading is FLOWING and self.state is OPEN and (seconds := self.carried.rest()):
            self.stop_reading(SPENT)
            self.rests = Rest(self.eio, self.take_turn, seconds)

    def end_rest(self) -> None:
        """Have it end here and not when its time is over."""
        if self.rests:
            self.rests.cancel()
            self.rests = None

    def take_turn(self) -> None:
        """Go on after a rest, or where there is room now, once those who wait already had their turn."""
        self.rests = None
        self.reading = self.reading.to(RESTING)
        self.eio.turns.add(self)

    def wait_for_room(self) -> None:
        """Have the large message wait that is about to come, until `take_turn`."""
        if self.reading is FLOWING:
            self.stop_reading(WAITING)

    def stop_reading(self, reading: Reading) -> None:
        """Hold what comes from now on."""
        self.reading = self.reading.to(reading)
        self.transport.pause_reading()

    def go_on(self) -> None:
        """Read what is held, and what comes: called by the turns of the loop."""
        self.reading = self.reading.to(FLOWING)
        if self.carried.spend(0):
            self.rest()
        if self.held and self.reading is FLOWING:
            held, self.held = self.held, b""
            self.take(held)
        if self.reading is FLOWING and self.state is not CLOSED:
            self.transport.resume_reading()

    def pause_reading(self) -> None:
        """Let the client wait: it has sent more than it can be served."""
        if self.reading is FLOWING and self.state is not CLOSED:
            self.stop_reading(PAUSED)

    def resume_reading(self) -> None:
        """Go on after `pause_reading`, or because the client is asked, if it may be read by now."""
        if self.reading in (PAUSED, SPENT):
            self.end_rest()
            self.go_on()

    @property
    def paused(self) -> bool:
        """Whether what the client sends waits to be read."""
        return self.reading is not FLOWING

    @property
    def abandoned(self) -> bool:
        """Whether the peer has ended the connection, of which the loop hears nothing while it does not read."""
        poll = select.poll()
        poll.register(self.bare, ENDED)
        return bool(poll.poll(0))
