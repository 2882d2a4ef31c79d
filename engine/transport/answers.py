"""How requests are answered that have no answer of their own: errors, a client that is gone, one that is upgraded."""

import asyncio
import logging
from contextlib import suppress
from http.client import responses
from types import TracebackType
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError

from engine.http.connection import connection_of, stream_of
from engine.http.cross_origin import CrossOriginHandler
from engine.http.limited_body import LimitedBodyHandler
from engine.http.printable import printable
from engine.http.security_headers import SecurityHeadersHandler
from engine.transport.handshake_errors import BAD_METHOD, TOO_LONG
from engine.wire.json_out import dumps

log = logging.getLogger("realtime")


def argument_of(request: HTTPServerRequest, name: str) -> str | None:
    """One argument of the query string of a request."""
    values = request.query_arguments.get(name)
    return values[-1].decode("utf-8", "replace") if values else None


class Answers(CrossOriginHandler, SecurityHeadersHandler, LimitedBodyHandler):
    """The part of the endpoint that is the same for all requests.

    `gone` is whether the client has hung up, `detached` whether its connection is no HTTP any more, and `polled` the
    poll under way.
    """

    # No token is taken from a cookie, so a program that is no browser gains nothing by its origin.
    cookies_cross = apps_are_welcome = True
    detached = gone = False
    polled: asyncio.Task[None] | None = None

    def set_default_headers(self) -> None:
        """Called by Tornado for each answer, and anew for an error."""
        super().set_default_headers()
        self.set_header("Content-Type", "text/plain; charset=UTF-8")

    def argument(self, name: str) -> str | None:
        """One argument of the query string."""
        return argument_of(self.request, name)

    def fail(self, error: tuple[int, int, str]) -> None:
        """Write the answer of engine.io's own server to an error; a connection for a WebSocket is of no other use."""
        self.set_status(error[0])
        if self.request.headers.get("Upgrade") or self.argument("transport") == "websocket":
            self.end_with_answer()
        self.answer(dumps({"code": error[1], "message": error[2]}), "application/json")

    def answer(self, body: bytes, content_type: str) -> None:
        """Write the body of an answer."""
        self.set_header("Content-Type", content_type)
        self.write(body)  # pyright: ignore[reportUnknownMemberType] - Tornado's dict is of anything

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer what Tornado found wrong in the same way."""
        message = responses.get(status_code, "Unknown")
        self.fail({405: BAD_METHOD, 413: TOO_LONG}.get(status_code, (status_code, 3, message)))

    def on_connection_close(self) -> None:
        """End the wait for a body, and of a poll, whose client is gone."""
        self.gone = True
        super().on_connection_close()
        if self.polled:
            self.polled.cancel()

    def has_left(self) -> bool:
        """Whether the client is gone, be it between its request and our look at it, of which nobody tells us."""
        stream = connection_of(self.request).stream
        return self.gone or stream is None or stream.closed()

    async def delivered(self) -> bool:
        """Send the answer; returns whether all of it has left, before the client did."""
        with suppress(StreamClosedError):
            await self.finish()
            stream = stream_of(self.request)
            return stream is None or not stream.is_cut_off
        return False

    def log_exception(
        self, typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Log what nobody foresaw, without the query string, where a token may be."""
        if not isinstance(value, HTTPError):
            log.error("%s %s failed", self.request.method, printable(self.request.path), exc_info=value)

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer, if anybody is there to read it; a client that is gone is no error."""
        if not self.gone:
            super().send_error(status_code, **kwargs)

    def finish(self, chunk: Any = None) -> "asyncio.Future[None]":
        """As RequestHandler's, except that a connection which has become a WebSocket has nothing to finish."""
        if self.detached:
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            done.set_result(None)
            return done
        stream = stream_of(self.request)
        done = super().finish(chunk)  # pyright: ignore[reportUnknownMemberType]
        if stream and stream.error:
            # The stream keeps the error that it met just now, and by its traceback all who were calling.
            stream.error.__traceback__ = None
        return done
