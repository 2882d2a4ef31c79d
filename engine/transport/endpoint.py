"""Engine.IO over HTTP (protocol v4): handshakes, polls, posts and upgrades. The route is /socket.io/."""

import asyncio
import logging
from functools import partial
from http.client import responses

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError

from engine.errors import InvalidPacket
from engine.http.cross_origin import CrossOriginHandler
from engine.http.limited_body import LimitedBodyHandler
from engine.http.origins import Origins
from engine.http.printable import printable
from engine.http.security_headers import SecurityHeadersHandler
from engine.tokens.finding import request_token
from engine.transport.link import Handshake
from engine.transport.polling import TwoPolls
from engine.transport.upgrade import accept, carry, check_upgrade, is_upgrade, probe
from engine.wire.message import Message
from engine.wire.revision import BINARY_TYPE

# The codes and words of engine.io's own server, which clients may know.
UNKNOWN_TRANSPORT = 400, 0, "Transport unknown"
UNKNOWN_SESSION = 400, 1, "Session ID unknown"
BAD_METHOD = 400, 2, "Bad handshake method"
BAD_REQUEST = 400, 3, "Bad request"
FORBIDDEN = 403, 4, "Forbidden: this origin may not connect; list it in CORS_ORIGINS"
UNSUPPORTED_VERSION = 400, 5, "Unsupported protocol version"
TOO_LONG = 413, 3, "Payload too long"
UNAVAILABLE = 503, 3, "The server cannot take connections right now; try again shortly"
RETRY_AFTER_SECONDS = "2"
PACKETS_A_TURN = 500
"""How many packets of a payload are handled before others get their turn."""

log = logging.getLogger("realtime")


class HandshakeError(Exception):
    """A request that is answered with a status, an error code of Engine.IO, and a sentence."""

    def __init__(self, error: tuple[int, int, str]):
        super().__init__(error[2])
        self.status, self.code, self.message = error


class EngineHandler(CrossOriginHandler, SecurityHeadersHandler, LimitedBodyHandler):
    """One HTTP request of a client. `eio` is the EngineIO; `gateway` knows origins, proxies and the database."""

    cookies_cross = True

    def __init__(self, application, request, *, eio, gateway):
        self.eio, self.gateway = eio, gateway
        self.longest_body_bytes = eio.limits.message_bytes
        self.detached = self.gone = False
        self.polled = None
        super().__init__(application, request)

    @property
    def origins(self) -> Origins:
        """Which pages may connect."""
        return self.gateway.origins

    def set_default_headers(self):
        super().set_default_headers()
        self.set_header("Content-Type", "text/plain; charset=UTF-8")

    async def get(self):
        """Open a link, answer a poll, or accept a WebSocket."""
        try:
            transport = self.check()
            if transport == "websocket":
                await self.websocket()
            elif self.argument("sid") is None:
                await self.open()
            else:
                await self.poll(self.link())
        except HandshakeError as error:
            self.fail((error.status, error.code, error.message))

    async def post(self):
        """Take the packets of a payload ("HTTP long-polling")."""
        try:
            if self.check() != "polling" or self.argument("sid") is None:
                raise HandshakeError(BAD_METHOD)
            await self.take(self.living_link())
        except HandshakeError as error:
            self.fail((error.status, error.code, error.message))

    def check(self) -> str:
        """The transport that is asked for, once origin, version and transport are right. Raises HandshakeError."""
        if self.argument("EIO") != "4":
            raise HandshakeError(UNSUPPORTED_VERSION)
        transport = self.argument("transport")
        if transport not in ("polling", "websocket"):
            raise HandshakeError(UNKNOWN_TRANSPORT)
        if transport == "polling" and is_upgrade(self.request.headers):
            raise HandshakeError(BAD_REQUEST)
        if not self.origins.may_connect(self.request):
            raise HandshakeError(FORBIDDEN)
        return transport

    def link(self):
        """The link that polls. Raises HandshakeError for none, and for one that a WebSocket carries by now."""
        link = self.eio.sockets.get(self.argument("sid"))
        if link is None:
            raise HandshakeError(UNKNOWN_SESSION)
        if link.upgraded:
            raise HandshakeError(BAD_REQUEST)
        return link

    def living_link(self):
        """As `link`, but not for one that has ended and only waits for its last poll."""
        link = self.link()
        if link.closed:
            raise HandshakeError(UNKNOWN_SESSION)
        return link

    async def open(self):
        """Answer with the open packet of a new link."""
        link = self.eio.open(await self.handshake(), None)
        self.write_payload(link, [link.opening(["websocket"])])

    async def handshake(self) -> Handshake:
        """What a new link is told. Raises HandshakeError while the database is away, and for good in a drain."""
        if self.eio.draining or (self.eio.away and not await self.gateway.is_back()):
            self.set_header("Retry-After", RETRY_AFTER_SECONDS)
            raise HandshakeError(UNAVAILABLE)
        self.eio.away = False
        headers = self.request.headers
        return Handshake(
            self.gateway.address(self.request),
            request_token(self.request.query_arguments, headers.get("Authorization", "")),
            headers.get("Origin", ""),
            headers.get("User-Agent", ""),
        )

    async def poll(self, link):
        """Answer with what there is to fetch, as soon as there is something. A poll that is aborted loses nothing."""
        # It may have gone between its request and our answer to it, in which case nobody tells us any more.
        if self.gone or self.request.connection.stream.closed():
            return
        try:
            self.polled = asyncio.current_task()
            messages = await link.carrier.poll()
        except TwoPolls as error:
            link.invalid(error)
            raise HandshakeError(BAD_REQUEST) from None
        finally:
            self.polled = None
        try:
            self.write_payload(link, messages)
            await self.finish()
        except StreamClosedError:
            link.carrier.give_back(messages)

    def write_payload(self, link, messages: list[Message]):
        """Write messages as the body of the answer."""
        body, content_type = link.revision.payload(messages)
        self.set_header("Content-Type", content_type)
        self.write(body)

    async def take(self, link):
        """Handle every packet of a payload; while the client is ahead of its handlers, the answer waits."""
        carrier = link.carrier
        try:
            if carrier.posting:
                raise InvalidPacket("two posts at once")
            carrier.posting = True
            binary = self.request.headers.get("Content-Type", "").lower() == BINARY_TYPE
            for number, packet in enumerate(link.revision.packets(bytes(self.body), binary), 1):
                if link.closed:
                    break
                link.receive(packet)
                if number % PACKETS_A_TURN == 0:
                    await asyncio.sleep(0)
        except InvalidPacket as error:
            link.invalid(error)
            raise HandshakeError(BAD_REQUEST) from None
        if link.broken:
            raise HandshakeError(BAD_REQUEST)
        if carrier.resumed:
            await asyncio.wait([carrier.resumed], timeout=self.eio.limits.ping_interval_seconds)
        carrier.posting = False
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.write("ok")

    async def websocket(self):
        """Accept a WebSocket, for a new link or to carry one that polls; refuse before the upgrade."""
        accept_header = check_upgrade(self.request.headers)
        if accept_header is None:
            self.set_header("Sec-WebSocket-Version", "13")
            raise HandshakeError(BAD_REQUEST)
        if self.argument("sid") is None:
            handshake = await self.handshake()
            address, opened = handshake.ip, partial(carry, self.eio, handshake)
        else:
            link = self.living_link()
            if link.carrier.upgrading:
                raise HandshakeError(BAD_REQUEST)
            address, opened = link.handshake.ip, partial(probe, link.carrier)
        self.detached = True
        await accept(self.eio, self.request.connection.detach(), accept_header, address, opened)

    def argument(self, name: str) -> str | None:
        """One argument of the query string."""
        values = self.request.query_arguments.get(name)
        return values[-1].decode("utf-8", "replace") if values else None

    def fail(self, error: tuple[int, int, str]):
        """Write the answer of engine.io's own server to an error."""
        self.set_status(error[0])
        self.set_header("Content-Type", "application/json")
        self.write({"code": error[1], "message": error[2]})

    def write_error(self, status_code: int, **kwargs):
        """Answer what Tornado found wrong in the same way."""
        message = responses.get(status_code, "Unknown")
        self.fail({405: BAD_METHOD, 413: TOO_LONG}.get(status_code, (status_code, 3, message)))

    def on_connection_close(self):
        """End the wait for a body, and of a poll, whose client is gone; what the poll waited for stays queued."""
        self.gone = True
        super().on_connection_close()
        if self.polled:
            self.polled.cancel()

    def log_exception(self, kind, error, traceback):
        """Log what nobody foresaw, without the query string, where a token may be."""
        if not isinstance(error, HTTPError):
            log.error(
                "%s %s failed", self.request.method, printable(self.request.path), exc_info=(kind, error, traceback)
            )

    def send_error(self, status_code: int = 500, **kwargs):
        """Answer, if anybody is there to read it; a client that is gone is no error."""
        if not self.gone:
            super().send_error(status_code, **kwargs)

    def finish(self, chunk=None):
        """As RequestHandler's, except that a connection which has become a WebSocket has nothing to finish."""
        if not self.detached:
            return super().finish(chunk)
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done
