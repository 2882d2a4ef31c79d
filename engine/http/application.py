"""The Tornado application: its access log, and which requests a stop has to wait for."""

import asyncio
import logging
import random
from collections.abc import Coroutine
from typing import Any
from weakref import WeakSet

from tornado.httputil import HTTPServerRequest
from tornado.log import access_log, gen_log
from tornado.web import Application as TornadoApplication
from tornado.web import RequestHandler

from engine.http.connection import connection_of
from engine.http.handler import Handler
from engine.http.printable import printable
from engine.loop.tasks import Tasks
from engine.mongo import DatabaseAway

LATER_SECONDS = 1.0  # at most
log = logging.getLogger(__name__)


def unquoted(record: logging.LogRecord) -> bool:
    """Take out of Tornado's line on a malformed request what was malformed in it: that may be a token."""
    if str(record.msg).startswith("Malformed HTTP message") and isinstance(record.args, tuple):
        record.msg, record.args = "Malformed HTTP message from %s", record.args[:1]
    return True


class Application(TornadoApplication):
    """Knows which requests it has not answered yet, so that a stop can wait for them."""

    def __init__(self, *args: Any, **settings: Any):
        super().__init__(*args, **settings)
        gen_log.addFilter(unquoted)
        # Weak, because Tornado drops a request without a word when its client goes away.
        self.unanswered: WeakSet[HTTPServerRequest] = WeakSet()
        self.later_tasks = Tasks()

    def get_handler_delegate(
        self, request: HTTPServerRequest, target_class: type[RequestHandler], *args: Any, **kwargs: Any
    ) -> Any:
        """Called by Tornado for each request; one of a socket, which may wait for news, holds up no stop."""
        if issubclass(target_class, Handler):
            self.unanswered.add(request)
        return super().get_handler_delegate(request, target_class, *args, **kwargs)

    def later(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run what no answer should wait for, or whose time no answer should tell: not this one's, nor the next."""
        self.later_tasks.spawn(self._run(coroutine))

    async def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            # At once it would slow down the next request, which tells as much as a slow answer.
            await asyncio.sleep(random.uniform(0, LATER_SECONDS))  # noqa: S311
            await coroutine
        except DatabaseAway:
            log.warning("Something that a request asked for was not done: the database is away")
        except Exception:
            log.exception("Something that a request asked for failed")
        finally:
            coroutine.close()  # where it was cancelled before it began

    async def idle(self) -> None:
        """Return once every request whose client is still there is answered, and what it asked for is done."""
        while self.later_tasks or any(map(_is_waited_for, self.unanswered)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def log_request(self, handler: RequestHandler) -> None:
        """Write one line, without the query string, where a token may be."""
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
