"""What a client of HTTP long-polling posts: one payload at a time, whose answer waits while the client is ahead."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from engine.errors import InvalidPacket, TooLarge
from engine.transport.carrier import Reading

if TYPE_CHECKING:
    from engine.transport.link import Link

PACKETS_A_TURN = 100
"""How many packets of a payload are handled before others get their turn, and before they count."""

FLOWING, PAUSED = Reading.FLOWING, Reading.PAUSED


def bounded(packets: Iterable[str | bytes], most_bytes: int) -> Iterator[str | bytes]:
    """Give the same packets. Raises TooLarge once one is larger."""
    for packet in packets:
        if _size(packet) > most_bytes:
            raise TooLarge
        yield packet


def _size(packet: str | bytes) -> int:
    if isinstance(packet, bytes):
        return len(packet)
    return 3 * len(packet) // 4 if packet.startswith("b") else len(packet.encode())


class Posts:
    """The reading half of polling."""

    __slots__ = ("abandoned", "eio", "link", "posting", "reading", "resumed")

    def __init__(self, link: "Link"):
        self.link, self.eio = link, link.eio
        self.reading, self.posting, self.abandoned = FLOWING, False, False
        self.resumed: asyncio.Future[None] | None = None

    async def post(self, packets: Iterable[str | bytes]) -> None:
        """Hand the packets of a POST to the link; while the client is ahead, they wait, and so does the answer.

        Once all have been handed over that is no longer than the interval of pings, for proxies have less patience.
        Raises InvalidPacket for what is no payload, and if another POST is under way.
        """
        if self.posting:
            raise InvalidPacket("two posts at once")
        self.posting, self.abandoned, link = True, False, self.link
        try:
            await self.take(link, packets)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.eio.limits.ping_interval_seconds):
                    await self.flowing(link)
        finally:
            self.posting = False

    async def take(self, link: "Link", packets: Iterable[str | bytes]) -> None:
        """Hand over one packet after the other, also once a WebSocket carries the link."""
        packets = iter(packets)
        await self.flowing(link)
        while some := [*islice(packets, PACKETS_A_TURN)]:
            for packet in some:
                if link.closed:
                    return
                if isinstance(packet, str):
                    link.receive(packet)
                else:
                    link.receive_binary(packet)
            link.spend(len(some))
            if len(some) == PACKETS_A_TURN:
                await asyncio.sleep(0)
                await self.flowing(link)

    async def flowing(self, link: "Link") -> None:
        """Wait until more of the client may be read, which is not asked any more of one that is gone."""
        while not link.closed and (self.reading is PAUSED or link.rest()):
            self.resumed = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait([self.resumed], timeout=None if self.reading is PAUSED else link.rest())
            finally:
                self.resumed = None
                link.spend(0)

    def abandon(self) -> None:
        """Nobody waits any more for the answer to the POST."""
        self.abandoned = self.posting

    def pause_reading(self) -> None:
        """Have the answer to the POST wait, and with it the client's next one."""
        if self.reading is FLOWING:
            self.reading = self.reading.to(PAUSED)

    def resume_reading(self) -> None:
        """Go on after `pause_reading`, or because the client is asked, if it may be read by now."""
        if self.reading is PAUSED:
            self.reading = self.reading.to(FLOWING)
        if self.resumed and not self.resumed.done():
            self.resumed.set_result(None)

    @property
    def paused(self) -> bool:
        """Whether the client has to wait for the answer to its POST."""
        return self.reading is PAUSED or (self.resumed is not None and not self.resumed.done())
