"""HTTP long-polling (Engine.IO, "HTTP long-polling"): what waits to be fetched, and who waits for it."""

import asyncio
from typing import TYPE_CHECKING, ClassVar

from engine.endings import NORMAL
from engine.errors import InvalidPacket
from engine.transport.polling_state import PollingState
from engine.transport.posts import Posts
from engine.wire.message import Message

if TYPE_CHECKING:
    from engine.transport.link import Link
    from engine.transport.probe import Probe

CLOSE, NOOP = Message(b"1"), Message(b"6")
LINGER_SECONDS = 5.0
"""How long a link that has ended waits for the poll that fetches its last packets."""
FETCHED_SECONDS = 1.0
"""How long a POST that ended the link waits for that poll."""
ABORT_SECONDS = 0.05
"""How long it may take until we hear that the client of a poll is gone."""


OPEN, CLOSING, CLOSED = PollingState


class Polling(Posts):
    """Carries one link over GET and POST requests, until it is closed or a WebSocket takes over.

    `probe` is the upgrade under way, and `ending` the status and reason that the link has ended with. There is no
    `link` once it is `CLOSED`, so that the two hold each other no longer than both are needed.
    """

    __slots__ = ("ending", "last", "probe", "queue", "size", "slot", "state", "waiting")

    farewell: ClassVar[tuple[Message, ...]] = (CLOSE,)
    """What it delivers last."""

    def __init__(self, link: "Link"):
        super().__init__(link)
        self.state = OPEN
        self.queue: list[Message] = []
        self.size = 0
        self.waiting: asyncio.Future[None] | None = None
        self.probe: Probe | None = None
        self.slot: int | None = None
        self.ending = NORMAL, ""
        self.last: asyncio.Future[None] | None = None

    def become(self, state: PollingState) -> None:
        """Go on to another state; nothing comes after what is queued by now."""
        self.state = self.state.to(state)
        self.resume_reading()
        self.wake()

    @property
    def behind(self) -> bool:
        """Whether the peer fetches slower than it is sent to."""
        return self.size > self.eio.limits.volatile_bytes

    def send(self, message: Message) -> None:
        """Have the next poll fetch the message."""
        if self.state is not OPEN:
            return
        self.queue.append(message)
        self.size += message.size
        self.wake()
        if self.size - message.size <= self.eio.limits.backlog_bytes < self.size:
            # Not at once: whoever sends may be in the middle of a room, and a poll about to fetch it.
            asyncio.get_running_loop().call_soon(self.end_backlog)
        elif self.behind and self.slot is None:
            self.schedule(self.eio.limits.stalled_seconds)

    def send_text(self, text: bytes) -> None:
        """Have the next poll fetch a packet."""
        self.send(Message(text))

    def wake(self) -> None:
        """Let the poll that waits answer, with all that is sent in this turn of the loop."""
        if self.waiting and not self.waiting.done():
            self.waiting.set_result(None)

    async def poll(self) -> list[Message]:
        """Wait until there is something to fetch and return it.

        Raises InvalidPacket if another poll is waiting.
        """
        if self.waiting:
            await asyncio.sleep(ABORT_SECONDS)
        if self.waiting:
            raise InvalidPacket("two polls at once")
        if not self.queue and self.state is OPEN:
            await self.wait(self.probe.patience() if self.probe else None)
        messages = self.fetch()
        if self.state is CLOSING and not self.queue:
            self.end()
        return messages or [NOOP]

    async def wait(self, seconds: float | None) -> None:
        """Wait until something is sent, a WebSocket probes or the link ends, but only so many seconds if given."""
        self.waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await self.waiting
        except TimeoutError:
            pass
        finally:
            self.waiting = None

    def fetch(self) -> list[Message]:
        """Take what is queued; the close packet comes by itself.

        The stock client handles events a moment after their payload, which is too late once it is closed.
        """
        if len(self.queue) > 1 and self.queue[-1] is CLOSE:
            messages, self.queue, self.size = self.queue[:-1], [CLOSE], 0
            return messages
        messages, self.queue, self.size = self.queue, [], 0
        self.eio.wheel.cancel(self)
        return messages

    async def fetched(self) -> None:
        """Wait until the last packets have been fetched, but not for long."""
        if self.state is CLOSING:
            self.last = self.last or asyncio.get_running_loop().create_future()
            await asyncio.wait([self.last], timeout=FETCHED_SECONDS)

    def begin_upgrade(self, probe: "Probe") -> bool:
        """A WebSocket probes: end the poll that waits, and every other soon ("Upgrade").

        Returns False if the link has ended, or moves to another WebSocket already.
        """
        if self.state is not OPEN or self.probe not in (None, probe):
            return False
        self.probe = probe
        if self.waiting:
            probe.patience()
            self.wake()
        return True

    def stop_upgrade(self, probe: "Probe") -> None:
        """The WebSocket came to nothing: go on polling."""
        if self.probe is probe:
            self.probe = None

    def hand_over(self) -> list[Message]:
        """Give what is queued to the WebSocket that takes over."""
        messages, self.queue = [message for message in self.queue if message is not CLOSE], []
        self.eio.wheel.cancel(self)
        self.become(CLOSED)
        self.probe = None
        del self.link
        return messages

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Deliver what is queued, then a close packet; the link is forgotten after that, or after a while."""
        if self.state is OPEN:
            self.queue += self.farewell
            self.ending = code, reason
            self.become(CLOSING)
            self.schedule(LINGER_SECONDS)

    def drop(self, code: int = NORMAL, reason: str = "") -> None:
        """Have the link forgotten at once. A poll that waits ends, with a close packet unless the client sent one."""
        if self.state is OPEN:
            self.queue = [NOOP if code == NORMAL else CLOSE]
            self.end()

    def end(self) -> None:
        """Nobody can fetch anything any more, and no WebSocket can take over."""
        self.eio.wheel.cancel(self)
        self.become(CLOSED)
        if self.last:
            self.last.set_result(None)
        if self.probe:
            self.probe.cancel()
        self.link.forget()
        del self.link

    def tick(self, now: float) -> None:
        """Nobody came, for the last packets or for what waits."""
        (self.end if self.state is CLOSING else self.too_slow)()

    def end_backlog(self) -> None:
        """End a client for which too much waits."""
        if self.size > self.eio.limits.backlog_bytes:
            self.too_slow()

    def too_slow(self) -> None:
        """End a client that doesn't fetch fast enough."""
        if self.state is OPEN:
            self.link.too_slow()

    def schedule(self, seconds: float) -> None:
        """Have `tick` called in so many seconds."""
        self.eio.wheel.schedule(self, self.eio.wheel.now() + seconds)
