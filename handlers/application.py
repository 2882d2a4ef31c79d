"""The Tornado application: its access log, and which requests a stop has to wait for."""

import asyncio
import logging
from weakref import WeakSet

from tornado.log import access_log
from tornado.web import Application as TornadoApplication

from handlers.base import BaseHandler


class Application(TornadoApplication):
    """Knows which requests it has not answered yet, so that a stop can wait for them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Weak, because Tornado drops a request without a word when its client goes away.
        self.unanswered = WeakSet()

    def get_handler_delegate(self, request, target_class, *args, **kwargs):
        if issubclass(target_class, BaseHandler):
            self.unanswered.add(request)
        return super().get_handler_delegate(request, target_class, *args, **kwargs)

    async def idle(self):
        """Returns once every request whose client is still there is answered."""
        while any(not request.connection.stream.closed() for request in self.unanswered):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def log_request(self, handler):
        """One line, without the query string, where a token may be."""
        request = handler.request
        self.unanswered.discard(request)
        level = logging.ERROR if handler.get_status() >= 500 else logging.INFO
        client = getattr(handler, "client_address", request.remote_ip)
        what = (handler.get_status(), request.method, request.path, client, 1000 * request.request_time())
        access_log.log(level, "%d %s %s (%s) %.0f ms", *what)
