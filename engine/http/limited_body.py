"""Bodies up to a limit: what is longer is answered with 413 and never held in memory."""

import asyncio
import sys
from contextlib import suppress

from tornado.iostream import StreamClosedError
from tornado.web import stream_request_body

from engine.http.connection import connection_of
from engine.http.keep_alive import KeepAliveHandler

# After a refusal the connection stays open so long, or the client might see it reset before it has read why.
LINGER_SECONDS = 1.0


@stream_request_body
class LimitedBodyHandler(KeepAliveHandler):
    """Collects the body in `self.body`, as far as `longest_body_bytes`; a handler that takes more sets it higher."""

    longest_body_bytes = 64 * 1024

    async def prepare(self) -> None:
        """Refuse a body that is announced to be too long before a byte of it is read."""
        self.body = bytearray()
        # Tornado's own limit would answer with an empty 400; data_received holds ours.
        connection_of(self.request).set_max_body_size(sys.maxsize)
        if self.announced_bytes > self.longest_body_bytes:
            await self.refuse_body()

    @property
    def announced_bytes(self) -> int:
        """How long the body is to be; 0 where that is not known."""
        try:
            return int(self.request.headers.get("Content-Length", 0))
        except ValueError:
            return 0  # Tornado refuses it when it comes to read the body.

    async def data_received(self, chunk: bytes) -> None:
        """Collect it, as far as it is allowed."""
        if len(self.body) + len(chunk) > self.longest_body_bytes:
            await self.refuse_body()
        else:
            self.body += chunk

    async def refuse_body(self) -> None:
        """Answer, give the client a moment to read the answer, and close without reading on (RFC 9112, 9.6)."""
        self.body.clear()
        self.clear()
        self.set_status(413)
        self.end_with_answer()
        self.write_error(413, reason=f"The body must not be longer than {self.longest_body_bytes} bytes")
        with suppress(StreamClosedError):
            await self.flush()
            await asyncio.sleep(LINGER_SECONDS)
        self.finish()  # pyright: ignore[reportUnknownMemberType] - Tornado's dict is of anything
