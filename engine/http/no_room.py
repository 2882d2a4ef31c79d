"""What becomes of requests when all connections are taken."""

from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from engine.http.connection import stream_of
from engine.http.errors import ApiError
from engine.http.handler import Handler
from engine.http.keep_alive import KeepAliveHandler


class NoRoomHandler(Handler):
    """Answers 503 to whatever is asked; the one line of the log about it stands for all of them."""

    needs_database = False

    async def prepare(self) -> None:
        """Answer before a body is read."""
        raise ApiError(503, "All connections of this server are taken, try again shortly")


def lacks_room(request: HTTPServerRequest, target: type[RequestHandler], arguments: dict[str, Any] | None) -> bool:
    """Whether a request came on a connection for which there is no room, and its handler does not serve it even so.

    Those who are connected already are served, and whoever asks whether the process lives.
    """
    stream = stream_of(request)
    if stream is None or not stream.is_surplus:
        return False
    stream.end_with_answer()
    if not issubclass(target, KeepAliveHandler) or not target.is_served_without_room(request, **(arguments or {})):
        return True
    stream.may_stay()
    return False
