"""The bytes of answers, for clients that take them."""

import asyncio
import logging
from socket import socket
from typing import Any, NamedTuple

from tornado.iostream import IOStream

from engine.http.unsent import unsent_bytes

log = logging.getLogger(__name__)


class Pace(NamedTuple):
    """How fast an answer has to be taken at least: so many bytes in each so many seconds, while some of it waits."""

    bytes: int
    seconds: float


class AnswerStream(IOStream):
    """Closes a client that does not keep up with the `pace`: what waits for it is held no longer than that.

    `is_cut_off` is whether it ended, in whatever way, before all that was written had left.
    """

    def __init__(self, connection: socket, pace: Pace, **options: Any):
        super().__init__(connection, **options)
        self.pace, self.written, self.is_cut_off = pace, 0, False
        self.watch: asyncio.TimerHandle | None = None

    def write(self, data: bytes | memoryview) -> "asyncio.Future[None]":
        """Send it, and watch the client if the kernel does not take all of it."""
        waited = self.writing()
        done = super().write(data)
        if self.writing() and not waited:
            self.begin_watch()
        return done

    def write_to_fd(self, data: memoryview) -> int:
        """Called by Tornado with what the kernel may take now."""
        written = super().write_to_fd(data)
        self.written += written
        return written

    def taken(self) -> int:
        """How many bytes the client has taken of all that was sent to it."""
        return self.written - (unsent_bytes(self.socket) if self.socket else 0)

    def begin_watch(self) -> None:
        """Look after a while how much the client has taken by then."""
        self.end_watch()
        self.watch = asyncio.get_running_loop().call_later(self.pace.seconds, self.check, self.taken())

    def end_watch(self) -> None:
        """Look no more."""
        if self.watch:
            self.watch.cancel()
            self.watch = None

    def check(self, before: int) -> None:
        """Close the client unless it has taken enough since."""
        if not self.writing():
            return
        if self.taken() - before < self.pace.bytes:
            log.info("A client was closed that did not take its answer")
            self.close()
        else:
            self.begin_watch()

    def close_fd(self) -> None:
        """Called by Tornado when the stream ends."""
        self.end_watch()
        self.is_cut_off = self.writing()
        super().close_fd()
