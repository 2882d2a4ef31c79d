"""What a request came on."""

from typing import cast

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPServerRequest

from engine.http.request_stream import RequestStream


def connection_of(request: HTTPServerRequest) -> HTTP1Connection:
    """The connection of a request; Tornado's own type for it knows less of it than there is."""
    return cast(HTTP1Connection, request.connection)


def stream_of(request: HTTPServerRequest) -> RequestStream | None:
    """The stream that a request came on; None if it is no HTTP any more, or came to another server than ours."""
    stream = connection_of(request).stream
    return stream if isinstance(stream, RequestStream) else None


def detached(request: HTTPServerRequest) -> RequestStream:
    """The stream of a request that becomes no answer: HTTP has nothing more to do with it."""
    return cast(RequestStream, connection_of(request).detach())
