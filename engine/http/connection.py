"""What a request came on."""

from typing import cast

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from engine.http.request_stream import RequestStream


def connection_of(request: HTTPServerRequest) -> HTTP1Connection:
    """The connection of a request; Tornado's own type for it knows less of it than there is."""
    return cast(HTTP1Connection, request.connection)


def stream_of(request: HTTPServerRequest) -> RequestStream | None:
    """The stream that a request came on; None if it is no HTTP any more."""
    return cast("RequestStream | None", connection_of(request).stream)


def end_with_answer(handler: RequestHandler) -> None:
    """Have the connection closed as soon as the client has been sent the answer (RFC 9112, 9.6)."""
    handler.set_header("Connection", "close")
    if stream := stream_of(handler.request):
        stream.end_with_answer()


def detached(request: HTTPServerRequest) -> RequestStream:
    """The stream of a request that becomes no answer: HTTP has nothing more to do with it."""
    return cast(RequestStream, connection_of(request).detach())
