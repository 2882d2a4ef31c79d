"""Engine.IO over HTTP (protocol v4): handshakes, polls, posts and upgrades. The route is /socket.io/."""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from http.client import responses

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, stream_request_body

from engine.errors import InvalidPacket
from engine.http.broken_off import end_body
from engine.http.security_headers import SecurityHeadersHandler
from engine.tokens.finding import request_token
from engine.transport.link import Handshake
from engine.transport.polling import SEPARATOR, TwoPolls, encode_payload
from engine.transport.upgrade import accept, carry, check_upgrade, is_upgrade, probe

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
LINGER_SECONDS = 0.5
"""How long a connection stays open after a refusal of its body, so that the client can read it."""


log = logging.getLogger("realtime")


class HandshakeError(Exception):
    """A request that is answered with a status, an error code of Engine.IO, and a sentence."""

    def __init__(self, error: tuple[int, int, str]):
        super().__init__(error[2])
        self.status, self.code, self.message = error


@stream_request_body
class EngineHandler(SecurityHeadersHandler):
    """One HTTP request of a client. `engine` is the EngineServer; `gateway` knows origins, proxies and the database."""

    def initialize(self, engine, gateway):
        self.engine, self.gateway = engine, gateway
        self.body = bytearray()
        self.allow_origin()
        self.detached = self.refused = self.gone = False
        self.polled = None

    def set_default_headers(self):
        super().set_default_headers()
        self.set_header("Content-Type", "text/plain; charset=UTF-8")

    def clear(self):
        """As RequestHandler's, which Tornado calls before `initialize` and anew for an error."""
        super().clear()
        if hasattr(self, "gateway"):
            self.allow_origin()

    def allow_origin(self):
        """Let a page of a listed origin read the answer, with credentials (Fetch, "CORS protocol")."""
        if self.gateway.origins.is_listed(self.request):
            self.set_header("Access-Control-Allow-Origin", self.request.headers["Origin"])
            self.set_header("Access-Control-Allow-Credentials", "true")

    async def prepare(self):
        """Refuse what can be refused before a byte of the body is read."""
        limit = self.engine.limits.message_bytes
        self.request.connection.set_max_body_size(2**62)
        announced = self.request.headers.get("Content-Length", "0")
        if announced.isdigit() and int(announced) > limit:
            await self.refuse_body()

    async def data_received(self, chunk: bytes):
        """Collect the body, as far as it is allowed."""
        if len(self.body) + len(chunk) > self.engine.limits.message_bytes:
            await self.refuse_body()
        else:
            self.body += chunk

    async def refuse_body(self):
        """Answer 413 and close without reading on (RFC 9112, 9.6), a moment later."""
        if not (self.refused or self._finished):
            self.refused = True
            self.body.clear()
            self.set_header("Connection", "close")
            self.fail(TOO_LONG)
            with suppress(StreamClosedError):
                await self.flush()
                await asyncio.sleep(LINGER_SECONDS)
            self.finish()
        self.request.connection.stream.close()

    async def options(self):
        """Answer a preflight (Fetch, "CORS protocol")."""
        self.set_header("Access-Control-Allow-Methods", "GET, POST")
        self.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type")
        self.set_header("Access-Control-Max-Age", "600")
        self.set_status(204)

    async def get(self):
        """Open a session, answer a poll, or accept a WebSocket."""
        try:
            transport = self.check()
            if transport == "websocket":
                await self.websocket()
            elif self.argument("sid") is None:
                await self.open()
            else:
                await self.poll(self.session())
        except HandshakeError as error:
            self.fail((error.status, error.code, error.message))

    async def post(self):
        """Take the packets of a payload ("HTTP long-polling")."""
        try:
            if self.check() != "polling" or self.argument("sid") is None:
                raise HandshakeError(BAD_METHOD)
            await self.take(self.living_session())
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
        if not self.gateway.origins.may_connect(self.request):
            raise HandshakeError(FORBIDDEN)
        return transport

    def session(self):
        """The session that polls. Raises HandshakeError for none, and for one that a WebSocket carries by now."""
        session = self.engine.sockets.get(self.argument("sid"))
        if session is None:
            raise HandshakeError(UNKNOWN_SESSION)
        if session.upgraded:
            raise HandshakeError(BAD_REQUEST)
        return session

    def living_session(self):
        """As `session`, but not for one that has ended and only waits for its last poll."""
        session = self.session()
        if session.closed:
            raise HandshakeError(UNKNOWN_SESSION)
        return session

    async def open(self):
        """Answer with the open packet of a new session."""
        session = self.engine.open(await self.handshake(), None)
        self.write(session.opening(["websocket"]).text)

    async def handshake(self) -> Handshake:
        """What a new session is told. Raises HandshakeError while the database is away, and for good in a drain."""
        if self.engine.draining or (self.engine.away and not await self.gateway.is_back()):
            self.set_header("Retry-After", RETRY_AFTER_SECONDS)
            raise HandshakeError(UNAVAILABLE)
        self.engine.away = False
        headers = self.request.headers
        return Handshake(
            self.gateway.address(self.request),
            request_token(self.request.query_arguments, headers.get("Authorization", "")),
            headers.get("Origin", ""),
            headers.get("User-Agent", ""),
        )

    async def poll(self, session):
        """Answer with what there is to fetch, as soon as there is something. A poll that is aborted loses nothing."""
        # It may have gone between its request and our answer to it, in which case nobody tells us any more.
        if self.gone or self.request.connection.stream.closed():
            return
        try:
            self.polled = asyncio.current_task()
            messages = await session.carrier.poll()
        except TwoPolls as error:
            session.invalid(error)
            raise HandshakeError(BAD_REQUEST) from None
        finally:
            self.polled = None
        try:
            self.write(encode_payload(messages))
            await self.finish()
        except StreamClosedError:
            session.carrier.give_back(messages)

    async def take(self, session):
        """Handle every packet of a payload; while the client is ahead of its handlers, the answer waits."""
        carrier = session.carrier
        try:
            if carrier.posting:
                raise InvalidPacket("two posts at once")
            packets = self.body.decode().split(SEPARATOR.decode())
        except (InvalidPacket, UnicodeDecodeError) as error:
            session.invalid(error)
            raise HandshakeError(BAD_REQUEST) from None
        carrier.posting = True
        for number, packet in enumerate(packets, 1):
            if session.closed:
                break
            session.receive(packet)
            if number % PACKETS_A_TURN == 0:
                await asyncio.sleep(0)
        if session.broken:
            raise HandshakeError(BAD_REQUEST)
        if carrier.resumed:
            await asyncio.wait([carrier.resumed], timeout=self.engine.limits.ping_interval_seconds)
        carrier.posting = False
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.write("ok")

    async def websocket(self):
        """Accept a WebSocket, for a new session or to carry one that polls; refuse before the upgrade."""
        accept_header = check_upgrade(self.request.headers)
        if accept_header is None:
            self.set_header("Sec-WebSocket-Version", "13")
            raise HandshakeError(BAD_REQUEST)
        if self.argument("sid") is None:
            handshake = await self.handshake()
            address, opened = handshake.ip, partial(carry, self.engine, handshake)
        else:
            session = self.living_session()
            if session.carrier.upgrading:
                raise HandshakeError(BAD_REQUEST)
            address, opened = session.handshake.ip, partial(probe, session.carrier)
        self.detached = True
        await accept(self.engine, self.request.connection.detach(), accept_header, address, opened)

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
        self.fail(BAD_METHOD if status_code == 405 else (status_code, 3, message))
        self.finish()

    def on_connection_close(self):
        """End the wait for a body, and of a poll, whose client is gone; what the poll waited for stays queued."""
        self.gone = True
        end_body(self.request)
        if self.polled:
            self.polled.cancel()

    def log_exception(self, kind, error, traceback):
        """Log what nobody foresaw, without the query string, where a token may be."""
        if not isinstance(error, HTTPError):
            log.error("%s %s failed", self.request.method, self.request.path, exc_info=(kind, error, traceback))

    def send_error(self, status_code: int = 500, **kwargs):
        """Answer, if anybody is there to read it; a client that is gone is no error."""
        if not self.gone:
            super().send_error(status_code, **kwargs)

    def finish(self, chunk=None):
        """As RequestHandler's, except that a connection which has become a WebSocket has nothing to finish."""
        if not (self.detached or self._finished):
            return super().finish(chunk)
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done
