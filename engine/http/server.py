"""The HTTP server: Tornado's, with an answer to headers that are too long."""

import asyncio
from contextlib import suppress
from http.client import responses
from socket import SHUT_WR, socket
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

from engine.http import limited_body
from engine.http.answer_stream import Pace
from engine.http.errors import ApiError
from engine.http.request_stream import RequestStream
from engine.http.security_headers import FOR_EVERY_ANSWER
from engine.loop.tasks import Tasks


class Server(HTTPServer):
    """Serves one application."""

    lingering: Tasks

    def initialize(self, *args: Any, pace: Pace, **options: Any) -> None:
        """Called by Tornado with what the server was made of; `pace` is how fast answers have to be taken."""
        super().initialize(*args, **options)
        self.lingering, self.pace = Tasks(), pace
        limit = (
            f"The headers of a request, cookies among them, must not be longer than {options['max_header_size']} bytes"
        )
        self.refusal = _answer(ApiError(431, limit))

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Called by Tornado for each connection."""
        if stream.socket is not None:
            sizes = {"max_buffer_size": stream.max_buffer_size, "read_chunk_size": stream.read_chunk_size}
            ours = RequestStream(stream.socket, self.pace, self.refuse, **sizes)
            super().handle_stream(ours, address)  # pyright: ignore[reportUnknownMemberType] - of any tuple

    def refuse(self, connection: socket) -> None:
        """Answer headers that are too long, of which nobody knows what they ask for."""
        self.lingering.spawn(self._refuse(connection))

    async def _refuse(self, connection: socket) -> None:
        with connection, suppress(OSError):
            connection.setblocking(False)
            connection.send(self.refusal)
            connection.shutdown(SHUT_WR)
            await asyncio.sleep(limited_body.LINGER_SECONDS)


def _answer(error: ApiError) -> bytes:
    body = error.envelope()
    headers = {
        **FOR_EVERY_ANSWER,
        "Connection": "close",
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": len(body),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {error.status_code} {responses[error.status_code]}\r\n{lines}\r\n".encode() + body
