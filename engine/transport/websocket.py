"""A WebSocket connection after its upgrade (RFC 6455): frames in, frames out, nothing of Tornado's left in between."""

import asyncio
import logging
import socket
from contextlib import suppress

from engine.loop.portions import Portion
from engine.wire.frame_reader import ERROR, FrameReader
from engine.wire.frames import BINARY, CLOSE, NO_STATUS, PING, TEXT, close_frame, pong_frame

CLOSING_SECONDS = 2.0
"""How long the peer gets to read what is left and to answer our close frame (7.1.1)."""
BEHIND_CHECK_SECONDS = 0.5
PORTION_BYTES = 4096
"""How much is read before a pause of reading can take effect."""
READING_SECONDS = 0.005
"""How long at a time what clients have sent in one go may hold the loop."""

NORMAL, GOING_AWAY, POLICY, RESTART = 1000, 1001, 1008, 1012

log = logging.getLogger("realtime")


class WebSocket(asyncio.Protocol):
    """Carries one link, or, while `link` is None, waits to learn whether it will (an upgrade probe).

    `eio` is the EngineIO that it belongs to, `address` who it is, for the log, and `bare` the socket under the
    transport. `opened(websocket)` is called once it is connected and sets `receive`, which takes every message, and
    for a probe `given_up`, which is called if it comes to nothing.
    """

    __slots__ = (
        "address",
        "bare",
        "behind_since",
        "buffered",
        "closing",
        "eio",
        "given_up",
        "held",
        "link",
        "opened",
        "pending",
        "reader",
        "receive",
        "resting",
        "slot",
        "transport",
        "unsent",
    )  # fmt: skip

    def __init__(self, eio, address: str, opened, bare: socket.socket):
        self.eio, self.address, self.opened, self.bare = eio, address, opened, bare
        self.reader = FrameReader(eio.limits.message_bytes)
        self.pending = []
        self.link = self.transport = self.slot = self.behind_since = self.receive = self.given_up = None
        self.held = None
        self.unsent = 0
        self.closing = self.resting = self.buffered = False

    def connection_made(self, transport):
        """Start: called by the loop."""
        self.transport = transport
        self.eio.websockets += 1
        transport.set_write_buffer_limits(high=self.eio.limits.volatile_bytes)
        self.opened(self)
        self.opened = None

    def data_received(self, data):
        """Read what came: called by the loop. While reading is paused, what has come already waits, too."""
        if self.held is not None:
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
            if self.held is None and portion.over and end < len(data):
                self.pause_reading()
                self.resting = True
                self.eio.turns.add(self)
            if self.held is not None:
                self.held += data[end:]
                return

    def go_on(self) -> None:
        """Read what others were let by for: called by the inbox."""
        self.resting = False
        self.resume_reading()

    def read(self, data: bytes) -> None:
        """Read frames, message by message."""
        for opcode, payload in self.reader.feed(data):
            if opcode == CLOSE:
                self.answer_close(payload[0])
            elif self.closing:
                continue
            elif opcode == TEXT or opcode == BINARY:
                self.receive(payload)
            elif opcode == PING:
                self.write(pong_frame(payload))
            elif opcode == ERROR:
                self.fail(payload)

    def eof_received(self):
        """The peer is gone: called by the loop. To close takes longer than anything else, so it comes in portions."""
        if self.link and not self.closing:
            self.eio.departed.add(self.leave)
            return True
        return False

    def leave(self) -> None:
        """End the link of a peer that is gone: called in portions of many."""
        if self.link:
            self.link.lost("transport close")
            self.link = self.receive = None
        if self.transport:
            self.closing = True
            self.eio.wheel.cancel(self)
            self.transport.abort()

    def connection_lost(self, error):
        """End: called by the loop."""
        self.transport = self.held = None
        self.eio.websockets -= 1
        self.pending.clear()
        self.eio.wheel.cancel(self)
        if self.link:
            self.eio.departed.add(self.leave)
        elif self.given_up:
            self.given_up()

    @property
    def behind(self) -> bool:
        """Whether the peer reads slower than it is sent to."""
        return self.behind_since is not None

    def send(self, message) -> None:
        """Send a Message with what else is sent in this turn of the loop."""
        self.write(message.frames)

    def write(self, frames: bytes) -> None:
        """Queue ready frames for the end of this turn of the loop."""
        pending = self.pending
        if not pending:
            self.eio.outbox.add(self)
        pending.append(frames)

    def flush(self) -> None:
        """Write what is pending: called by the outbox.

        The kernel gets it directly while the transport has nothing left to write, whose own way there costs twice as
        much. After each system call Python runs slowly for a while, so nothing more is asked here than has to be.
        """
        pending = self.pending
        if self.closing or self.transport is None or not pending:
            return
        data = pending[0] if len(pending) == 1 else b"".join(pending)
        pending.clear()
        if self.buffered:
            self.buffered = self.transport.get_write_buffer_size() > 0
        if not self.buffered:
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

    def buffer(self, data: bytes) -> None:
        """Leave to the transport what the kernel does not take now."""
        self.buffered = True
        self.transport.write(data)
        if self.behind_since is not None:
            self.unsent += len(data)
            if self.transport.get_write_buffer_size() > self.eio.limits.backlog_bytes:
                self.too_slow()

    def pause_writing(self):
        """The peer has fallen behind: called by the loop."""
        if self.closing:
            return
        now = self.eio.wheel.now()
        self.behind_since, self.unsent = now, self.transport.get_write_buffer_size()
        self.eio.wheel.schedule(self, now)

    def resume_writing(self):
        """The peer has caught up: called by the loop."""
        self.behind_since = None

    def tick(self, now: float) -> float | None:
        """Watch a peer that is behind, and end one that doesn't close; returns the time of the next look."""
        if self.transport is None:
            return None
        if self.closing:
            self.transport.abort()
            return None
        if self.link is None:
            self.close(POLICY, "The upgrade took too long.")
            return self.tick_closing(now)
        if self.behind_since is None:
            return None
        unsent = self.transport.get_write_buffer_size()
        if unsent < self.unsent:
            self.behind_since = now
        self.unsent = unsent
        if unsent > self.eio.limits.backlog_bytes or now - self.behind_since > self.eio.limits.stalled_seconds:
            self.too_slow()
            return self.tick_closing(now)
        return now + BEHIND_CHECK_SECONDS

    def tick_closing(self, now: float) -> float | None:
        """When `tick` has to end a connection that it has just closed."""
        return now + CLOSING_SECONDS if self.closing and self.transport else None

    def too_slow(self) -> None:
        """Close a peer that doesn't read fast enough."""
        if self.link is None:
            self.close(POLICY, "slow")
        elif not self.closing:
            self.link.end_for_now("slow", "This client did not read what it was sent; it may connect again.")

    def fail(self, error) -> None:
        """Close a peer that broke RFC 6455, with the status code that says how (7.1.7)."""
        log.info("WebSocket of %s closed: %s", self.address, error)
        if self.link:
            self.link.lost("transport error")
        self.close(error.code, str(error))
        self.transport.pause_reading()

    def answer_close(self, code: int) -> None:
        """Finish the closing handshake (5.5.1): ours was first, or the peer's is echoed."""
        if self.closing:
            self.transport.close()
            return
        if self.link:
            self.link.lost("transport close")
        self.close(code)
        if self.transport:
            self.transport.close()

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Start the closing handshake (7.1.2). The link, if there is one, has ended already."""
        if self.closing or self.transport is None:
            return
        self.behind_since = None
        self.write(close_frame(code, reason) if code != NO_STATUS else close_frame(NORMAL))
        self.flush()
        self.closing = True
        # The peer may be gone, only that the loop has not heard of it.
        with suppress(OSError):
            self.transport.write_eof()
        self.eio.wheel.schedule(self, self.eio.wheel.now() + CLOSING_SECONDS)
        self.resume_reading()
        if self.given_up and not self.link:
            self.given_up()

    drop = close

    def pause_reading(self) -> None:
        """Let the client wait: it has sent more than it can be served."""
        if self.transport and self.held is None:
            self.held = b""
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Go on after `pause_reading`."""
        if self.held is not None and not self.resting:
            held, self.held = self.held, None
            self.data_received(held)
            if self.held is None and self.transport:
                self.transport.resume_reading()

    @property
    def paused(self) -> bool:
        """Whether what the client sends waits to be read."""
        return self.held is not None
