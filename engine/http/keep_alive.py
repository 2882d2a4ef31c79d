"""Whether a connection stays for another request (RFC 9112, 9.3)."""

from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from engine.http.connection import stream_of


class KeepAliveHandler(RequestHandler):
    """What every handler knows of the connection that its answer goes to."""

    @classmethod
    def is_served_without_room(cls, request: HTTPServerRequest, **arguments: Any) -> bool:
        """Whether a request is served even when all connections are taken; `arguments` are the route's."""
        return False

    def set_default_headers(self) -> None:
        """Called by Tornado for each answer, and anew for an error."""
        super().set_default_headers()
        if (stream := stream_of(self.request)) and stream.last:
            self.set_header("Connection", "close")

    def end_with_answer(self) -> None:
        """Have the connection closed as soon as the client has been sent the answer."""
        self.set_header("Connection", "close")
        if stream := stream_of(self.request):
            stream.end_with_answer()
