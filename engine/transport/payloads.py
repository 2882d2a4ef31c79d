"""What clients of HTTP long-polling post: how long it may be, and what comes of it."""

import asyncio
from functools import partial

from engine.errors import InvalidPacket, TooLarge
from engine.http.connection import connection_of
from engine.transport.answers import Answers
from engine.transport.engine_io import EngineIO
from engine.transport.handshake_errors import BAD_REQUEST, HandshakeError
from engine.transport.link import Link
from engine.transport.polling import Polling
from engine.wire.revision import BINARY_TYPE


class Payloads(Answers):
    """The part of the endpoint that takes bodies."""

    eio: EngineIO
    sender: Link | None = None
    """Whose packets the body has."""
    taking: Polling | None = None
    """Who takes them."""
    expected = False
    """Whether it is a large one that is on its way."""

    async def prepare(self) -> None:
        """Say how long the body may be."""
        if self.request.method == "POST" and (sender := self.eio.find(self.argument("sid"))):
            self.sender, self.longest_body_bytes = sender, sender.payload_bytes
            connection_of(self.request).set_body_timeout(self.eio.limits.message_seconds)
        await super().prepare()
        await self.make_room(self.announced_bytes)

    async def data_received(self, chunk: bytes) -> None:
        """Collect it; of one that did not say how long it is, as much as may come."""
        if len(self.body) + len(chunk) <= self.longest_body_bytes:
            await self.make_room(len(self.body) + len(chunk), self.longest_body_bytes)
        await super().data_received(chunk)

    async def make_room(self, known_bytes: int, most_bytes: int = 0) -> None:
        """Wait until there is room for a large body, once that is known to be one."""
        sender = self.sender
        if self.expected or not sender or sender.closed or known_bytes <= self.eio.limits.unaccepted_message_bytes:
            return
        self.expected, room = True, asyncio.get_running_loop().create_future()
        if not sender.expect(max(known_bytes, most_bytes), partial(room.set_result, None)):
            await room

    def on_finish(self) -> None:
        """Called by Tornado when all is answered."""
        self.end_body()

    def on_connection_close(self) -> None:
        """As Answers', and nothing more comes."""
        super().on_connection_close()
        self.end_body()
        if self.taking:
            self.taking.abandon()

    def end_body(self) -> None:
        """The body is there, or broke off."""
        if self.expected and self.sender:
            self.expected = False
            self.sender.arrived()

    async def refuse_body(self) -> None:
        """End whose it is, and answer once its client had the chance to hear why by its poll."""
        if self.sender:
            self.sender.too_large()
            await self.sender.told()
        await super().refuse_body()

    async def take(self, link: Link, polling: Polling) -> None:
        """Handle every packet of a payload; while the client is ahead of its handlers, the answer waits."""
        binary = self.request.headers.get("Content-Type", "").lower() == BINARY_TYPE
        body, self.body = bytes(self.body), bytearray()
        self.eio.intake.hold(self, len(body))
        self.end_body()
        self.taking = polling
        try:
            await polling.post(link.packets(body, binary))
        except TooLarge:
            await self.refuse_body()
            return
        except InvalidPacket as error:
            link.invalid(error)
            raise HandshakeError(BAD_REQUEST) from None
        finally:
            self.taking = None
            self.eio.intake.forget(self)
        if link.broken:
            raise HandshakeError(BAD_REQUEST)
        self.answer(b"ok", "text/html; charset=UTF-8")
