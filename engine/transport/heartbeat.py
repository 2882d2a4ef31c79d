"""When a link is looked after (Engine.IO, "Heartbeat"): pings, pongs that are due, and the deadline to CONNECT."""

import math
import random
from abc import abstractmethod
from typing import TYPE_CHECKING

from engine.endings import Ending
from engine.loop.wheel import TICK_SECONDS
from engine.transport.budget import Budget
from engine.transport.carrier import Carrier
from engine.wire.message import Message

if TYPE_CHECKING:
    from engine.transport.engine_io import EngineIO

PING = Message(b"2")
LATENESS_SECONDS = 2 * TICK_SECONDS


class Heartbeat(Budget):
    """The part of a link that the wheel calls."""

    __slots__ = ("carrier", "deadline", "next_ping", "pong_due", "slot")

    carrier: Carrier

    def __init__(self, eio: "EngineIO"):
        super().__init__(eio)
        now = eio.wheel.now()
        self.slot: int | None = None
        self.pong_due: float | None = None
        self.deadline = now + eio.limits.connect_seconds
        # Clients that came together must not be pinged together, so the first ping is early by chance; and by as much
        # as the wheel may be late, for one that is silent is gone after interval and timeout.
        interval = eio.limits.ping_interval_seconds
        self.next_ping = now + max(interval - LATENESS_SECONDS, interval / 2) * random.uniform(0.5, 1)  # noqa: S311
        eio.wheel.schedule(self, min(self.deadline, self.next_ping))

    def pong(self) -> None:
        """The client is alive."""
        if self.pong_due is not None:
            self.refund()
            self.next_ping = self.eio.wheel.now() + self.eio.limits.ping_interval_seconds
            if self.next_ping < self.pong_due:
                # The wheel would come only when the pong was due.
                self.eio.wheel.schedule(self, min(self.deadline, self.next_ping))
            self.pong_due = None

    def tick(self, now: float) -> float | None:
        """Ping, end who is silent or doesn't CONNECT, and see to tokens; returns the time of the next look."""
        if self.closed:
            return None
        if now >= self.deadline:
            self.close(Ending.UNUSED)
            return None
        due = self.next_ping if self.pong_due is None else self.pong_due
        if now >= due and self.carrier.paused and self.carrier.abandoned:
            self.close(Ending.NETWORK)
            return None
        if self.pong_due is not None and now >= self.pong_due:
            # What has come since is life, too: the pong may be behind it, and behind what we let wait.
            self.pong_due = (now if self.carrier.paused else self.heard) + self.eio.limits.ping_timeout_seconds
            if now >= self.pong_due:
                self.close(Ending.PING)
                return None
        if self.pong_due is None and now >= self.next_ping:
            self.carrier.send(PING)
            self.pinged()
            self.pong_due = now + self.eio.limits.ping_timeout_seconds
        tokens = now + self.look_after_tokens()
        return min(self.deadline, tokens, self.next_ping if self.pong_due is None else self.pong_due)

    @property
    def overdue(self) -> bool:
        """Whether a pong has not come in time, which `tick` may not have seen yet."""
        return self.pong_due is not None and self.eio.wheel.now() >= self.pong_due

    def look(self) -> None:
        """See at once to what `tick` sees to; sockets have come, or their tokens have changed."""
        self.eio.wheel.call(self, self.eio.wheel.now())

    def keep(self) -> None:
        """A namespace has been accepted: the link may stay."""
        self.deadline = math.inf

    def expire(self, seconds: float) -> None:
        """End the link in so many seconds unless a namespace is accepted before."""
        self.deadline = min(self.deadline, self.eio.wheel.now() + seconds)
        self.look()

    @property
    @abstractmethod
    def closed(self) -> bool:
        """Whether the link has ended."""

    @abstractmethod
    def close(self, ending: Ending) -> None:
        """End it."""

    @abstractmethod
    def pinged(self) -> None:
        """A ping is on its way."""

    @abstractmethod
    def look_after_tokens(self) -> float:
        """Warn or close those whose token runs out; returns in how many seconds to look again."""
