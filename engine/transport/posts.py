"""What a client of HTTP long-polling posts: one payload at a time, whose answer waits while the client is ahead."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.errors import InvalidPacket
from engine.transport.carrier import Reading

if TYPE_CHECKING:
    from engine.transport.link import Link

PACKETS_A_TURN = 500
"""How many packets of a payload are handled before others get their turn."""

FLOWING, RESTING, PAUSED = Reading


class Posts:
    """The reading half of polling."""

    __slots__ = ("eio", "link", "posting", "reading", "resumed")

    def __init__(self, link: "Link"):
        self.link, self.eio = link, link.eio
        self.reading, self.posting = FLOWING, False
        self.resumed: asyncio.Future[None] | None = None

    async def post(self, packets: Iterable[str | bytes]) -> None:
        """Hand the packets of a POST to the link; while the client is ahead of its handlers, the answer waits.

        Raises InvalidPacket for what is no payload, and if another POST is under way.
        """
        if self.posting:
            raise InvalidPacket("two posts at once")
        self.posting = True
        try:
            await self.take(self.link, packets)
            if self.reading is PAUSED:
                self.resumed = asyncio.get_running_loop().create_future()
                await asyncio.wait([self.resumed], timeout=self.eio.limits.ping_interval_seconds)
        finally:
            self.posting, self.resumed = False, None

    async def take(self, link: "Link", packets: Iterable[str | bytes]) -> None:
        """Hand over one packet after the other, also once a WebSocket carries the link."""
        for number, packet in enumerate(packets, 1):
            if link.closed:
                break
            if isinstance(packet, str):
                link.receive(packet)
            else:
                link.receive_binary(packet)
            if number % PACKETS_A_TURN == 0:
                await asyncio.sleep(0)

    def pause_reading(self) -> None:
        """Have the answer to the POST wait, and with it the client's next one."""
        if self.reading is FLOWING:
            self.reading = self.reading.to(PAUSED)

    def resume_reading(self) -> None:
        """Go on after `pause_reading`."""
        if self.reading is PAUSED:
            self.reading = self.reading.to(FLOWING)
        if self.resumed and not self.resumed.done():
            self.resumed.set_result(None)

    @property
    def paused(self) -> bool:
        """Whether the client has to wait for the answer to its POST."""
        return self.reading is PAUSED
