"""What goes out over a WebSocket: one write a turn of the loop, and an eye on peers that don't read it."""

import asyncio
import socket
from typing import TYPE_CHECKING

from engine.transport.carrier import NOBODY, Carried
from engine.transport.state import State
from engine.wire.frames import text_frame
from engine.wire.message import Message

if TYPE_CHECKING:
    from engine.transport.engine_io import EngineIO

BEHIND_CHECK_SECONDS = 0.5


class Connection(State):
    """How far the connection of a WebSocket is (RFC 6455, 4.1 and 7.1)."""

    CONNECTING = ("OPEN",)
    OPEN = "CLOSING", "CLOSED"
    CLOSING = ("CLOSED",)
    """We have sent a close frame, or will hear in a moment that the peer is gone."""
    CLOSED = ()


class Writing(State):
    """Who takes what is written."""

    DIRECT = ("BUFFERED",)
    """The kernel, all of it at once."""
    BUFFERED = "DIRECT", "BEHIND"
    """The transport, which holds what the kernel didn't take."""
    BEHIND = ("BUFFERED",)
    """The transport, and it holds more than `volatile_bytes`: the peer reads slower than it is sent to."""


# Global names cost less than attributes of a class, where every message passes.
CONNECTING, OPEN, CLOSING, CLOSED = Connection
DIRECT, BUFFERED, BEHIND = Writing


class Output(asyncio.Protocol):
    """The writing half of a WebSocket; `bare` is the socket under the transport."""

    __slots__ = ("bare", "behind_since", "carried", "eio", "pending", "slot", "state", "transport", "unsent",
                 "writing")  # fmt: skip

    transport: asyncio.Transport

    def __init__(self, eio: "EngineIO", bare: socket.socket):
        self.eio, self.bare = eio, bare
        self.state, self.writing = CONNECTING, DIRECT
        self.carried: Carried = NOBODY
        self.slot: int | None = None
        self.pending: bytes | list[bytes] = b""
        """The frames of this turn of the loop: mostly one, of which no list is made."""
        self.behind_since, self.unsent = 0.0, 0

    def become(self, state: Connection) -> None:
        """Go on to another state of the connection."""
        self.state = self.state.to(state)

    def write_through(self, writing: Writing) -> None:
        """Have another take what is written."""
        self.writing = self.writing.to(writing)

    @property
    def behind(self) -> bool:
        """Whether the peer reads slower than it is sent to."""
        return self.writing is BEHIND

    def send(self, message: Message) -> None:
        """Send a Message with what else is sent in this turn of the loop."""
        # As `write` does, which would cost a tenth of what a delivery costs here.
        pending = self.pending
        if not pending:
            self.pending = message.frames
            self.eio.outbox.add(self)
        elif isinstance(pending, list):
            pending.append(message.frames)
        else:
            self.pending = [pending, message.frames]

    def send_text(self, text: bytes) -> None:
        """Send a packet that is for nobody else: no Message is made of it."""
        self.write(text_frame(text))

    def write(self, frames: bytes) -> None:
        """Queue ready frames for the end of this turn of the loop."""
        pending = self.pending
        if not pending:
            self.pending = frames
            self.eio.outbox.add(self)
        elif isinstance(pending, list):
            pending.append(frames)
        else:
            self.pending = [pending, frames]

    def flush(self) -> None:
        """Write what is pending: called by the outbox.

        The kernel gets it directly while the transport has nothing left to write, whose own way there costs twice as
        much. After each system call Python runs slowly for a while, so nothing more is asked here than has to be.
        """
        data, self.pending = self.pending, b""
        if self.state is not OPEN or not data:
            return
        if isinstance(data, list):
            data = b"".join(data)
        if self.writing is DIRECT or self.is_direct_again():
            try:
                sent = self.bare.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                # The connection is gone, which the loop will say.
                return
            if sent == len(data):
                return
            data = data[sent:]
        self.buffer(data)

    def is_direct_again(self) -> bool:
        """Whether the kernel has taken all that the transport held."""
        if self.writing is BEHIND or self.transport.get_write_buffer_size() > 0:
            return False
        self.write_through(DIRECT)
        return True

    def buffer(self, data: bytes) -> None:
        """Leave to the transport what the kernel does not take now."""
        if self.writing is DIRECT:
            self.write_through(BUFFERED)
        self.transport.write(data)
        if self.writing is BEHIND:
            self.unsent += len(data)
            if self.transport.get_write_buffer_size() > self.eio.limits.backlog_bytes:
                self.carried.too_slow()

    def pause_writing(self) -> None:
        """The peer has fallen behind: called by the loop."""
        if self.state is OPEN:
            self.write_through(BEHIND)
            self.unsent, self.behind_since = self.transport.get_write_buffer_size(), self.eio.wheel.now()
            self.eio.wheel.schedule(self, self.behind_since)

    def resume_writing(self) -> None:
        """The peer has caught up: called by the loop."""
        if self.writing is BEHIND:
            self.write_through(BUFFERED)

    def tick(self, now: float) -> float | None:
        """Watch a peer that is behind; returns the time of the next look."""
        if self.writing is not BEHIND:
            return None
        unsent, limits = self.transport.get_write_buffer_size(), self.eio.limits
        if unsent < self.unsent:
            self.behind_since = now
        self.unsent = unsent
        if unsent > limits.backlog_bytes or now - self.behind_since > limits.stalled_seconds:
            self.carried.too_slow()
            return None
        return now + BEHIND_CHECK_SECONDS
