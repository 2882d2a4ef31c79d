"""Bodies of requests that break off."""

from tornado.httputil import HTTPServerRequest
from tornado.iostream import StreamClosedError


def end_body(request: HTTPServerRequest) -> None:
    """End the wait for a body that will not come, for a handler that streams.

    Tornado (6.6) keeps a handler waiting for ever whose client goes away within its body, although that handler would
    take a StreamClosedError for the end.
    """
    body = request._body_future
    if not body.done():
        body.set_exception(StreamClosedError())
        # It may be past waiting: then nobody asks for the error, which is no reason to log it.
        body.exception()
