"""What clients of HTTP long-polling post: how long it may be, and what comes of it."""

from engine.errors import InvalidPacket, TooLarge
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

    async def prepare(self) -> None:
        """Say how long the body may be."""
        if self.request.method == "POST" and (sender := self.eio.find(self.argument("sid"))):
            self.sender, self.longest_body_bytes = sender, sender.payload_bytes
        await super().prepare()

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
        try:
            await polling.post(link.packets(body, binary))
        except TooLarge:
            await self.refuse_body()
            return
        except InvalidPacket as error:
            link.invalid(error)
            raise HandshakeError(BAD_REQUEST) from None
        if link.broken:
            raise HandshakeError(BAD_REQUEST)
        self.answer(b"ok", "text/html; charset=UTF-8")
