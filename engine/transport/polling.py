"""HTTP long-polling (Engine.IO v4, "HTTP long-polling"): what waits to be fetched, and who waits for it."""

import asyncio

from engine.transport.websocket import GOING_AWAY, NORMAL
from engine.wire.message import Message

CLOSE, NOOP = Message(b"1"), Message(b"6")
LINGER_SECONDS = 5.0
"""How long a link that has ended waits for the poll that fetches its last packets."""
ABORT_SECONDS = 0.05
"""How long it may take until we hear that the client of a poll is gone."""


class TwoPolls(Exception):
    """A client may have one poll under way; a second one ends the link."""


class Polling:
    """Carries one link over GET and POST requests, until it is closed or a WebSocket takes over."""

    __slots__ = (
        "closed",
        "ending",
        "link",
        "posting",
        "queue",
        "resumed",
        "size",
        "slot",
        "upgrading",
        "waiting",
    )  # fmt: skip

    def __init__(self, link):
        self.link = link
        self.queue: list[Message] = []
        self.size = 0
        self.waiting = self.resumed = self.slot = self.upgrading = self.ending = None
        self.closed = self.posting = False

    @property
    def behind(self) -> bool:
        """Whether the peer fetches slower than it is sent to."""
        return self.size > self.link.eio.limits.volatile_bytes

    def send(self, message: Message) -> None:
        """Have the next poll fetch the message."""
        if self.closed:
            return
        before, bound = self.size, self.link.eio.limits.backlog_bytes
        self.queue.append(message)
        self.size += message.size
        self.wake()
        if before <= bound < self.size:
            # Not at once: whoever sends may be in the middle of a room.
            asyncio.get_running_loop().call_soon(self.too_slow)
        elif self.behind and self.slot is None:
            self.schedule(self.link.eio.limits.stalled_seconds)

    def wake(self) -> None:
        """Let the poll that waits answer, with all that is sent in this turn of the loop."""
        if self.waiting and not self.waiting.done():
            self.waiting.set_result(None)

    async def poll(self) -> list[Message]:
        """Wait until there is something to fetch and return it; whoever can't deliver it gives it to `give_back`.

        Raises TwoPolls if another poll is waiting.
        """
        if self.waiting:
            await asyncio.sleep(ABORT_SECONDS)
        if self.waiting:
            raise TwoPolls("two polls at once")
        if not self.queue and not self.upgrading:
            self.waiting = asyncio.get_running_loop().create_future()
            try:
                await self.waiting
            finally:
                self.waiting = None
        messages, self.queue, self.size = self.queue, [], 0
        self.link.eio.wheel.cancel(self)
        if self.closed:
            self.link.forget()
        return messages or [NOOP]

    def give_back(self, messages: list[Message]) -> None:
        """Put back what a poll took and couldn't deliver, so that it is sent all the same."""
        messages = [message for message in messages if message is not NOOP]
        if self.link.upgraded:
            for message in messages:
                self.link.send(message)
        else:
            self.queue = messages + self.queue
            self.size = sum(message.size for message in self.queue)

    def start_upgrade(self, websocket) -> None:
        """A WebSocket has been probed: end the poll that waits, and answer every other at once ("Upgrade")."""
        self.upgrading = websocket
        self.wake()

    def stop_upgrade(self, websocket) -> None:
        """The WebSocket came to nothing: go on polling."""
        if self.upgrading is websocket:
            self.upgrading = None

    def hand_over(self) -> list[Message]:
        """Give what is queued to the WebSocket that takes over."""
        messages, self.queue = [message for message in self.queue if message is not CLOSE], []
        self.link.eio.wheel.cancel(self)
        self.resume_reading()
        return messages

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Deliver what is queued, then a close packet; the link is forgotten after that, or after a while."""
        if not self.closed:
            self.queue.append(CLOSE)
            self.ending = code, reason
            self.end()
            self.schedule(LINGER_SECONDS)

    def drop(self, code: int = NORMAL, reason: str = "") -> None:
        """Forget the link at once. A poll that waits ends, with a close packet unless the client sent one."""
        if not self.closed:
            self.queue = [NOOP if code == NORMAL else CLOSE]
            self.end()
            self.link.forget()

    def end(self) -> None:
        """Nothing comes after what is queued."""
        self.closed = True
        self.resume_reading()
        self.wake()

    def forgotten(self) -> None:
        """Nobody can fetch anything any more, and no WebSocket can take over."""
        self.link.eio.wheel.cancel(self)
        if self.upgrading:
            self.upgrading.close(GOING_AWAY, "The session has ended.")

    def tick(self, now: float) -> None:
        """Nobody came, for the last packets or for what waits."""
        if self.closed:
            self.link.forget()
        else:
            self.too_slow()

    def too_slow(self) -> None:
        """End a client that doesn't fetch fast enough."""
        if not self.closed:
            self.link.end_for_now("slow", "This client did not fetch what it was sent; it may connect again.")

    def schedule(self, seconds: float) -> None:
        """Have `tick` called in so many seconds."""
        wheel = self.link.eio.wheel
        wheel.schedule(self, wheel.now() + seconds)

    def pause_reading(self) -> None:
        """Have the answer to the POST wait, and with it the client's next one."""
        if self.resumed is None:
            self.resumed = asyncio.get_running_loop().create_future()

    def resume_reading(self) -> None:
        """Go on after `pause_reading`."""
        if self.resumed and not self.resumed.done():
            self.resumed.set_result(None)
        self.resumed = None

    @property
    def paused(self) -> bool:
        """Whether the client has to wait for the answer to its POST."""
        return self.resumed is not None
