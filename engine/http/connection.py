"""What a request came on."""

from typing import cast

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPServerRequest


def connection_of(request: HTTPServerRequest) -> HTTP1Connection:
    """The connection of a request; Tornado's own type for it knows less of it than there is."""
    return cast(HTTP1Connection, request.connection)
