"""A WebSocket connection after its upgrade (RFC 6455): frames in, frames out, nothing of Tornado's left in between."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from engine.endings import NORMAL, Ending
from engine.transport.carrier import NOBODY, Carried
from engine.transport.input import FLOWING, PORTION_BYTES, Input
from engine.transport.output import CLOSED, CLOSING, OPEN
from engine.wire.frame_reader import ERROR, LARGE, FrameReader, ProtocolError
from engine.wire.frames import BINARY, CLOSE, NO_STATUS, PING, TEXT, TOO_BIG, close_frame, pong_frame

if TYPE_CHECKING:
    from engine.transport.engine_io import EngineIO

CLOSING_SECONDS = 2.0
"""How long the peer gets to read what is left and to answer our close frame (7.1.1)."""
log = logging.getLogger("realtime")


class WebSocket(Input):
    """Carries a link, or a probe that may move one here, until it is closed.

    `eio` is the EngineIO that it belongs to, `address` who it is, for the log, and `bare` the socket under the
    transport. `opened(websocket)` is called once it is connected and says whom it carries.
    """

    __slots__ = ("address", "opened", "reader")

    def __init__(self, eio: "EngineIO", address: str, opened: "Callable[[WebSocket], None]", bare: socket.socket):
        super().__init__(eio, bare)
        self.address, self.opened = address, opened
        self.reader = FrameReader(eio.limits.message_bytes, eio.limits.unaccepted_message_bytes)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start: called by the loop."""
        self.transport = cast(asyncio.Transport, transport)
        self.become(OPEN)
        self.eio.websockets += 1
        self.transport.set_write_buffer_limits(high=self.eio.limits.volatile_bytes)
        self.opened(self)
        del self.opened

    def carry(self, carried: Carried) -> None:
        """Say who gets what comes from now on."""
        self.carried = carried

    def data_received(self, data: bytes) -> None:
        """Read what came: called by the loop. Nearly always it is exactly one short event."""
        if (
            self.reading is FLOWING
            and self.state is OPEN
            and (text := self.reader.one_text(data)) is not None
            and self.carried.receive_event(text)
        ):
            if self.carried.spend(1):
                self.rest()
        else:
            self.take(data)

    def read(self, data: bytes) -> None:
        """Read frames, message by message."""
        messages = self.reader.feed(data)
        for opcode, payload in messages:
            if self.state is not OPEN:
                if opcode == CLOSE:
                    self.transport.close()
            elif opcode == TEXT:
                self.carried.receive(payload)
            elif opcode == BINARY:
                self.carried.receive_binary(payload)
            elif opcode == PING:
                self.write(pong_frame(payload))
            elif opcode == CLOSE:
                self.answer_close(payload[0])
            elif opcode == LARGE:
                self.carried.large(payload)
            elif opcode == ERROR:
                self.fail(payload)
        # A bit that brings nothing whole costs a look as well, and so does each piece of a message in many.
        looks = len(messages) or len(data) < PORTION_BYTES
        if self.carried.spend(looks + self.reader.scraps):
            self.rest()

    def eof_received(self) -> bool:
        """The peer is gone: called by the loop. To close takes longer than anything else, so it comes in portions."""
        if self.state is OPEN:
            self.eio.departed.add(self.leave)
            return True
        return False

    def leave(self) -> None:
        """End with a peer that is gone: called in portions of many."""
        self.carried.lost(Ending.NETWORK)
        if self.state is OPEN:
            self.become(CLOSING)
        if self.state is CLOSING:
            self.eio.wheel.cancel(self)
            self.transport.abort()
        self.let_go()

    def connection_lost(self, exc: Exception | None) -> None:
        """End: called by the loop."""
        self.become(CLOSED)
        self.eio.websockets -= 1
        self.pending = b""
        self.held = b""
        self.end_rest()
        self.eio.wheel.cancel(self)
        if self.carried is not NOBODY:
            self.eio.departed.add(self.leave)

    def fail(self, error: ProtocolError) -> None:
        """Close a peer that broke RFC 6455, with the status code that says how (7.1.7)."""
        if error.code == TOO_BIG:
            self.carried.too_large()
        if self.state is OPEN:
            log.info("WebSocket of %s closed: %s", self.address, error)
            self.carried.lost(Ending.FRAMES)
        self.close(error.code, str(error))
        self.transport.pause_reading()

    def answer_close(self, code: int) -> None:
        """Echo the peer's close frame (5.5.1)."""
        self.carried.lost(Ending.NETWORK)
        self.close(code)
        self.transport.close()

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Start the closing handshake (7.1.2)."""
        if self.state is not OPEN:
            return
        # First, so that nobody closes it anew for being slow, now that all that waits is written.
        self.let_go()
        self.write(close_frame(code, reason) if code != NO_STATUS else close_frame(NORMAL))
        self.flush()
        self.resume_writing()
        self.become(CLOSING)
        # The peer may be gone, only that the loop has not heard of it.
        with suppress(OSError):
            self.transport.write_eof()
        self.eio.wheel.schedule(self, self.eio.wheel.now() + CLOSING_SECONDS)
        self.resume_reading()

    drop = close

    def let_go(self) -> None:
        """Carry nobody any more. Who was carried doesn't hold this one alive, nor the other way round."""
        carried, self.carried = self.carried, NOBODY
        carried.forget()

    def tick(self, now: float) -> float | None:
        """Watch a peer that is behind, and end one that doesn't close; returns the time of the next look."""
        if self.state is CLOSING:
            self.transport.abort()
            return None
        return super().tick(now)
