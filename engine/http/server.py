"""The HTTP server: Tornado's, with an answer to headers that are too long."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from http.client import responses
from socket import SHUT_WR, socket
from typing import Any

from tornado.httpserver import HTTPServer

from engine.http import limited_body
from engine.http.accepted import Accepted
from engine.http.answer_stream import Pace
from engine.http.capacity import Capacity
from engine.http.errors import ApiError
from engine.http.listening import Listening
from engine.http.request_stream import RequestStream
from engine.http.security_headers import FOR_EVERY_ANSWER
from engine.loop.tasks import Tasks

SURPLUS_SECONDS = 2.0
"""How long a connection may take for which there is no room."""


class Server(HTTPServer):
    """Serves one application."""

    lingering: Tasks

    def initialize(self, *args: Any, pace: Pace, capacity: Capacity, **options: Any) -> None:
        """Called by Tornado with what the server was made of.

        `pace` is how fast answers have to be taken, `capacity` how many connections there may be.
        """
        super().initialize(*args, **options)
        self.lingering, self.pace = Tasks(), pace
        self.listening = Listening(capacity, self.serve)
        limit = (
            f"The headers of a request, cookies among them, must not be longer than {options['max_header_size']} bytes"
        )
        self.refusal = _answer(ApiError(431, limit))

    def add_sockets(self, sockets: Iterable[socket]) -> None:
        """Serve who comes on sockets that listen."""
        for each in sockets:
            self.listening.add(each)

    def stop(self) -> None:
        """Take no more connections."""
        self.listening.close()

    def take(self, connection: socket, read: bytes) -> None:
        """Serve a connection that another process has accepted, and what it has read of it."""
        connection.setblocking(False)
        try:
            address = connection.getpeername()
        except OSError:  # it is gone
            connection.close()
        else:
            capacity = self.listening.capacity
            self.serve(Accepted(connection, capacity.free), address, capacity.take(), read)

    def serve(self, connection: socket, address: Any, has_room: bool, early: bytes = b"") -> None:
        """Serve a connection, of which something may have been read; one for which there is no room ends soon."""
        sizes = {"max_buffer_size": self.max_buffer_size, "read_chunk_size": self.read_chunk_size}
        stream = RequestStream(connection, self.pace, self.refuse, early, **sizes)
        if not has_room:
            stream.leave_after(SURPLUS_SECONDS)
        self.handle_stream(stream, address)  # pyright: ignore[reportUnknownMemberType] - of any tuple

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
