"""HTTP long-polling (Engine.IO v4, "HTTP long-polling"): what waits to be fetched, and who waits for it."""

import asyncio
from base64 import b64encode

from realtime.engine.packet import Message

SEPARATOR = b"\x1e"
CLOSE, NOOP = Message(b"1"), Message(b"6")
LINGER_SECONDS = 5.0
"""How long a session that has ended waits for the poll that fetches its last packets."""


class TwoPolls(Exception):
    """A client may have one poll under way; a second one ends the session."""


class Polling:
    """Carries one session over GET and POST requests, until it is closed or a WebSocket takes over."""

    __slots__ = ("closed", "paused", "queue", "resumed", "session", "size", "slot", "upgrading", "waiting")

    def __init__(self, session):
        self.session = session
        self.queue: list[Message] = []
        self.size = 0
        self.waiting = self.resumed = self.slot = None
        self.closed = self.upgrading = False

    @property
    def behind(self) -> bool:
        """Whether the peer fetches slower than it is sent to."""
        return self.size > self.session.engine.limits.volatile_bytes

    def send(self, message: Message) -> None:
        """Have the next poll fetch the message."""
        if self.closed:
            return
        self.queue.append(message)
        self.size += len(message.text) + sum(map(len, message.attachments))
        self.wake()
        if self.size > self.session.engine.limits.backlog_bytes and not self.session.closed:
            self.session.end_for_now("slow", "This client did not fetch what it was sent; it may connect again.")

    def wake(self) -> None:
        """Let the poll that waits answer, with all that is sent in this turn of the loop."""
        if self.waiting and not self.waiting.done():
            self.waiting.set_result(None)

    async def poll(self) -> list[Message]:
        """Wait until there is something to fetch and return it; whoever can't deliver it gives it to `give_back`.

        Raises TwoPolls if another poll is waiting.
        """
        if self.waiting:
            raise TwoPolls
        if not self.queue and not self.upgrading:
            self.waiting = asyncio.get_running_loop().create_future()
            try:
                await self.waiting
            finally:
                self.waiting = None
        messages, self.queue, self.size = self.queue, [], 0
        if self.closed:
            self.session.forget()
        return messages or [NOOP]

    def give_back(self, messages: list[Message]) -> None:
        """Put back what a poll took and couldn't deliver, so that the next one does."""
        self.queue = [message for message in messages if message is not NOOP] + self.queue
        self.size = sum(len(message.text) for message in self.queue)

    def start_upgrade(self) -> None:
        """A WebSocket has been probed: end the poll that waits, and answer every other at once ("Upgrade")."""
        self.upgrading = True
        self.wake()

    def stop_upgrade(self) -> None:
        """The WebSocket came to nothing: go on polling."""
        self.upgrading = False

    def close(self, code: int = 0, reason: str = "") -> None:
        """Deliver what is queued, then a close packet; the session is forgotten after that, or after a while."""
        if self.closed:
            return
        self.queue.append(CLOSE)
        self.closed = True
        self.resume_reading()
        self.wake()
        wheel = self.session.engine.wheel
        wheel.schedule(self, wheel.now() + LINGER_SECONDS)

    def tick(self, now: float) -> None:
        """Nobody came for the last packets."""
        self.session.forget()

    def pause_reading(self) -> None:
        """Have the answer to the POST wait, and with it the client's next one."""
        if self.resumed is None:
            self.resumed = asyncio.get_running_loop().create_future()

    def resume_reading(self) -> None:
        """Go on after `pause_reading`."""
        if self.resumed and not self.resumed.done():
            self.resumed.set_result(None)
        self.resumed = None


def encode_payload(messages: list[Message]) -> bytes:
    """Several packets as one body ("Packet encoding", HTTP long-polling): joined by \\x1e, binary as base64."""
    parts = []
    for message in messages:
        parts.append(message.text)
        parts.extend(b"b" + b64encode(attachment) for attachment in message.attachments)
    return SEPARATOR.join(parts)
