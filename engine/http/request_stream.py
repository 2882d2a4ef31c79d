"""The bytes of requests, as Tornado (6.6) reads them, and where it takes less than RFC 9112 says that a server must.

Tornado reads the headers with `read_until_regex`, the size of each chunk of a body with `read_until`, and what ends a
chunk with `read_bytes`. The tests of RFC 9112 tell when it does so no more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from socket import socket
from types import TracebackType
from typing import Any

from tornado.iostream import StreamClosedError, UnsatisfiableReadError

from engine.http.answer_stream import AnswerStream, Pace

LONGEST_LINE_BYTES = 1024
"""Of a chunk's size and its extensions."""
LONGEST_TRAILERS_BYTES = 4096
LATE_SECONDS = 0.1
ExcInfo = BaseException | bool | None | tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


class RequestStream(AnswerStream):
    """Overlooks chunk extensions and trailers (RFC 9112, 7.1.1 and 7.1.2), and has headers answered that are too long.

    `refuse(socket)` gets a connection that would else be closed without a word. `early` is what was read of it before.
    """

    def __init__(
        self, connection: socket, pace: Pace, refuse: Callable[[socket], None], early: bytes = b"", **options: Any
    ):
        super().__init__(connection, pace, **options)
        self.refuse, self.early = refuse, early
        self.in_headers = self.at_end = self.last = self.released = False
        self.leaving: asyncio.TimerHandle | None = None

    @property
    def is_surplus(self) -> bool:
        """Whether there is no room for the connection, which therefore ends soon."""
        return self.leaving is not None

    def leave_after(self, seconds: float) -> None:
        """There is no room: close the connection after a while, whatever comes of it."""
        self.leaving = asyncio.get_running_loop().call_later(seconds, self.leave)

    def leave(self) -> None:
        """Close the connection, once a loop that was late has read what had come by then."""
        self.leaving = asyncio.get_running_loop().call_later(LATE_SECONDS, self.close)

    def may_stay(self) -> None:
        """Take that back: it is a connection like the others."""
        if self.leaving:
            self.leaving.cancel()
            self.leaving = None

    def end_with_answer(self) -> None:
        """Have the request that is read now be the last: with its answer sent, the connection is closed."""
        self.last = True

    def read_until_regex(self, regex: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        """Read the headers. Raises StreamClosedError after the last request, and for those that nobody waits for."""
        if self.last or self.closed():
            self.close()
            raise StreamClosedError
        self.in_headers = True
        return super().read_until_regex(regex, max_bytes)

    def read_until(self, delimiter: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        """Read the size of a chunk."""
        self.in_headers = False
        return self._size()

    def read_bytes(self, num_bytes: int, partial: bool = False) -> Awaitable[bytes]:
        """Read a body; the end of a chunked one may have been read with its trailers."""
        if not self.at_end:
            return super().read_bytes(num_bytes, partial)
        self.at_end = False
        end: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        end.set_result(b"\r\n")
        return end

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Read what came early, and then from the connection."""
        if not self.early:
            return super().read_from_fd(buf)
        taken, self.early = self.early[: len(buf)], self.early[len(buf) :]
        buf[: len(taken)] = taken
        return len(taken)

    async def _size(self) -> bytes:
        line = await super().read_until(b"\r\n", LONGEST_LINE_BYTES)
        size = line.removesuffix(b"\r\n").partition(b";")[0].rstrip(b" \t")
        if size and not size.strip(b"0"):
            await self._skip_trailers()
        return size + b"\r\n"

    async def _skip_trailers(self) -> None:
        left = LONGEST_TRAILERS_BYTES
        while (line := await super().read_until(b"\r\n", left)) != b"\r\n":
            left -= len(line)
        self.at_end = True

    def release(self, exc_info: ExcInfo = False) -> socket:
        """End the stream and return its socket, which stays open. Raises StreamClosedError."""
        if self.socket is None:
            raise StreamClosedError(self.error)
        bare, self.released = self.socket, True
        super().close(exc_info)
        return bare

    def close(self, exc_info: ExcInfo = False) -> None:
        """Close it; if that is for the length of the headers, only for Tornado."""
        if self.in_headers and isinstance(exc_info, UnsatisfiableReadError) and not self.closed():
            self.refuse(self.release(exc_info))
        else:
            super().close(exc_info)

    def close_fd(self) -> None:
        """Called by Tornado when the stream ends."""
        self.may_stay()
        if self.released:
            self.end_watch()
            self.socket = None  # pyright: ignore[reportAttributeAccessIssue] - as Tornado's own does
        else:
            super().close_fd()
