"""The Tornado application: its access log, and which requests a stop has to wait for."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any
from weakref import WeakSet

from tornado.httputil import HTTPServerRequest
from tornado.log import access_log, gen_log
from tornado.web import Application as TornadoApplication
from tornado.web import RequestHandler

from engine.http.client_address import Proxies
from engine.http.connection import connection_of
from engine.http.handler import Handler, NotFoundHandler, WholeServerHandler
from engine.http.later import Later
from engine.http.no_room import NoRoomHandler, lacks_room
from engine.http.origins import Origins
from engine.http.printable import printable
from engine.http.request_target import to_origin_form


def unquoted(record: logging.LogRecord) -> bool:
    """Take out of Tornado's line on a malformed request what was malformed in it: that may be a token."""
    if str(record.msg).startswith("Malformed HTTP message") and isinstance(record.args, tuple):
        record.msg, record.args = "Malformed HTTP message from %s", record.args[:1]
    return True


class Application(TornadoApplication):
    """Knows which requests it has not answered yet, so that a stop can wait for them.

    `proxies` tell where a request comes from, `origins` which pages may send one; with the `settings` they are what
    handlers find in `self.settings`.
    """

    def __init__(
        self,
        routes: Iterable[Any] = (),
        *,
        proxies: Proxies | None = None,
        origins: Origins | None = None,
        **settings: Any,
    ):
        self.later, proxies = Later(), proxies or Proxies()
        known = {"proxies": proxies, "origins": origins or Origins(proxies=proxies), "later": self.later}
        super().__init__(list(routes), default_handler_class=NotFoundHandler, **known, **settings)
        gen_log.addFilter(unquoted)
        # Weak, because Tornado drops a request without a word when its client goes away.
        self.unanswered: WeakSet[HTTPServerRequest] = WeakSet()

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        """Called by Tornado to find what serves a request."""
        if request.path == "*":
            return self.get_handler_delegate(request, WholeServerHandler)
        if not request.path.startswith("/"):
            to_origin_form(request)
        return super().find_handler(request, **kwargs)

    def get_handler_delegate(
        self, request: HTTPServerRequest, target_class: type[RequestHandler], *args: Any, **kwargs: Any
    ) -> Any:
        """Called by Tornado for each request; one of a socket, which may wait for news, holds up no stop."""
        if lacks_room(request, target_class, kwargs.get("target_kwargs")):
            return super().get_handler_delegate(request, NoRoomHandler)
        if issubclass(target_class, Handler):
            self.unanswered.add(request)
        if node := self.settings.get("node"):
            node.run_here()
        return super().get_handler_delegate(request, target_class, *args, **kwargs)

    async def idle(self) -> None:
        """Return once every request whose client is still there is answered, and what it asked for is done."""
        while self.later or any(map(_is_waited_for, self.unanswered)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def log_request(self, handler: RequestHandler) -> None:
        """Write one line, without the query string, where a token may be."""
        if isinstance(handler, NoRoomHandler):
            return
        request = handler.request
        self.unanswered.discard(request)
        status = handler.get_status()
        # 503 is a state of the server, a drain or a database that is away: no failure of each request in it.
        level = logging.ERROR if status >= 500 and status != 503 else logging.INFO
        client = getattr(handler, "client_address", request.remote_ip)
        what = (status, printable(str(request.method)), printable(request.path), client, 1000 * request.request_time())
        access_log.log(level, "%d %s %s (%s) %.0f ms", *what)


def _is_waited_for(request: HTTPServerRequest) -> bool:
    stream = connection_of(request).stream
    return stream is not None and not stream.closed()
