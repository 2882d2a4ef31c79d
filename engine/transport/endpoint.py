"""Engine.IO over HTTP: handshakes, polls, posts and upgrades. The route is /socket.io/."""

import asyncio
from collections.abc import Callable
from functools import partial

from tornado.httputil import HTTPServerRequest
from tornado.web import Application

from engine.endings import Ending
from engine.errors import InvalidPacket
from engine.http.client_address import Proxies
from engine.http.connection import detached
from engine.http.origins import Origins, Page
from engine.tokens.finding import request_token
from engine.transport.engine_io import EngineIO
from engine.transport.handshake import Handshake, requested_revision
from engine.transport.handshake_errors import (
    BAD_METHOD,
    BAD_REQUEST,
    FORBIDDEN,
    UNAVAILABLE,
    UNKNOWN_SESSION,
    UNKNOWN_TRANSPORT,
    UNSUPPORTED_VERSION,
    HandshakeError,
)
from engine.transport.link import Link
from engine.transport.opening import opening
from engine.transport.passing_on import PassingOn
from engine.transport.payloads import Payloads
from engine.transport.polling import Polling
from engine.transport.upgrade import accept, carry, check_upgrade, is_upgrade, probe, surplus
from engine.transport.websocket import WebSocket
from engine.wire.revision import Revision

RETRY_AFTER_SECONDS = "2"


class EngineHandler(PassingOn, Payloads):
    """One HTTP request of a client. Pages of the `origins` may connect; `proxies` tell a client's address."""

    def __init__(
        self, application: Application, request: HTTPServerRequest, *, eio: EngineIO, origins: Origins, proxies: Proxies
    ):
        self.eio, self.proxies, self._origins = eio, proxies, origins
        super().__init__(application, request)
        # What Tornado keeps there for templates holds this handler, and would do so until the collector comes.
        self.ui = {}

    @property
    def origins(self) -> Origins:
        """Which pages may connect."""
        return self._origins

    async def get(self) -> None:
        """Open a link, answer a poll, or accept a WebSocket."""
        if await self.is_passed_on():
            return
        try:
            transport = self.check()
            if transport == "websocket":
                await self.websocket()
            elif self.argument("sid") is None:
                await self.open()
            else:
                await self.poll(*self.polling())
        except HandshakeError as refused:
            self.fail(refused.error)

    async def head(self) -> None:
        """Answer as `get` would (RFC 9110, 9.3.2), but open nothing, and fetch nothing that a poll has to bring."""
        if await self.is_passed_on():
            return
        try:
            if self.check() == "websocket":
                raise HandshakeError(BAD_REQUEST)
            if self.argument("sid") is None:
                await self.handshake()
            else:
                self.polling()
        except HandshakeError as refused:
            self.fail(refused.error)

    async def post(self) -> None:
        """Take the packets of a payload ("HTTP long-polling")."""
        if await self.is_passed_on():
            return
        try:
            if self.check() != "polling" or self.argument("sid") is None:
                raise HandshakeError(BAD_METHOD)
            await self.take(*self.living_polling())
        except HandshakeError as refused:
            self.fail(refused.error)

    def check(self) -> str:
        """The transport that is asked for, once origin, version and transport are right. Raises HandshakeError."""
        transport = self.argument("transport")
        if self.revision().number == 3 and self.argument("j") is not None:
            raise HandshakeError(BAD_REQUEST)
        if transport not in ("polling", "websocket"):
            raise HandshakeError(UNKNOWN_TRANSPORT)
        if transport == "polling" and is_upgrade(self.request.headers):
            raise HandshakeError(BAD_REQUEST)
        if self.page is Page.OTHER:
            raise HandshakeError(FORBIDDEN)
        return transport

    def revision(self) -> Revision:
        """The version of Engine.IO that the client speaks. Raises HandshakeError for one that we don't."""
        revision = requested_revision(self.argument("EIO"), bool(self.argument("b64")))
        if revision is None:
            raise HandshakeError(UNSUPPORTED_VERSION)
        return revision

    def link(self) -> Link:
        """The link that is asked for. Raises HandshakeError for none, and for one of another version."""
        link = self.eio.find(self.argument("sid"))
        if link is None:
            raise HandshakeError(UNKNOWN_SESSION)
        if link.revision.number != self.revision().number:
            raise HandshakeError(BAD_REQUEST)
        return link

    def polling(self) -> tuple[Link, Polling]:
        """The link that polls. Raises HandshakeError for none, and for one that a WebSocket carries by now."""
        link = self.link()
        if not isinstance(link.carrier, Polling):
            raise HandshakeError(BAD_REQUEST)
        return link, link.carrier

    def living_polling(self) -> tuple[Link, Polling]:
        """As `polling`, but not for one that has ended and only waits for its last poll."""
        link, polling = self.polling()
        if link.closed:
            raise HandshakeError(UNKNOWN_SESSION)
        return link, polling

    async def open(self) -> None:
        """Answer with the open packet of a new link."""
        link = self.eio.open(await self.handshake())
        self.answer(*link.revision.payload([opening(link.sid, ["websocket"], self.eio.limits), *await link.first()]))

    async def handshake(self) -> Handshake:
        """What a new link is told. Raises HandshakeError while the database is away, and for good in a drain."""
        if not await self.eio.readiness.check():
            self.set_header("Retry-After", RETRY_AFTER_SECONDS)
            raise HandshakeError(UNAVAILABLE)
        headers = self.request.headers
        token = request_token(self.request.query_arguments, headers.get("Authorization", ""))
        return Handshake.of(self.proxies.address(self.request), token, headers, self.revision())

    async def poll(self, link: Link, polling: Polling) -> None:
        """Answer with what there is to fetch, as soon as there is something. Who aborts a poll is gone."""
        if self.has_left():
            link.close(Ending.NETWORK)
            return
        is_second = polling.waiting is not None
        try:
            self.polled = asyncio.current_task()
            messages = await polling.poll()
        except InvalidPacket as error:
            link.invalid(error)
            raise HandshakeError(BAD_REQUEST) from None
        finally:
            self.polled = None
            if self.gone:
                link.close(Ending.NETWORK)
        if is_second and link.closed:
            raise HandshakeError(UNKNOWN_SESSION)
        self.answer(*link.revision.payload(messages))
        if not await self.delivered():
            link.close(Ending.NETWORK)

    async def websocket(self) -> None:
        """Accept a WebSocket, for a new link or to carry one that polls; refuse before the upgrade."""
        answer = check_upgrade(self.request.headers)
        if answer is None:
            self.set_header("Sec-WebSocket-Version", "13")
            raise HandshakeError(BAD_REQUEST)
        handshake, opened = await self.new() if self.argument("sid") is None else self.old()
        self.detached = True
        await accept(self.eio, detached(self.request), answer, handshake.ip, handshake.revision, opened)

    async def new(self) -> tuple[Handshake, Callable[[WebSocket], None]]:
        """For whom a WebSocket is that opens a link, and what to do once it is there."""
        handshake = await self.handshake()
        return handshake, partial(carry, self.eio, handshake)

    def old(self) -> tuple[Handshake, Callable[[WebSocket], None]]:
        """The same of one that may carry a link which polls; a second one is closed as soon as it is there."""
        link = self.link()
        if link.upgraded:
            return link.handshake, surplus
        link, polling = self.living_polling()
        if polling.probe:
            raise HandshakeError(BAD_REQUEST)
        return link.handshake, partial(probe, link, polling)
