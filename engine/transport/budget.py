"""What a client may make the server do: all that is read of one link comes out of one budget."""

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.transport.engine_io import EngineIO

BURST_SECONDS = 2.0
"""For how long ahead a client may spend its budget at once."""
SHORTEST_REST_SECONDS = 0.005


class Budget(ABC):
    """The part of a link that counts the packets that are read of it. Nothing is refused: over it, reading rests.

    Each packet takes a share of a second, `1 / events_per_second`, and `spent` is up to when the client's time is used
    (the generic cell rate algorithm, which is a token bucket). `heard` is when something was read last.
    """

    __slots__ = ("clock", "eio", "heard", "spent")

    def __init__(self, eio: "EngineIO"):
        self.eio = eio
        # Kept, for to ask which loop runs costs more than to ask a loop for its time.
        self.clock = asyncio.get_running_loop().time
        self.heard = self.spent = self.clock()

    def spend(self, packets: int) -> bool:
        """Count what was read at once; 0 once it may be read again. Returns whether reading may have to rest."""
        self.heard = now = self.clock()
        self.spent = (self.spent if self.spent > now else now) + packets / self.eio.limits.events_per_second
        return self.spent > now + BURST_SECONDS

    def refund(self, packets: int = 1) -> None:
        """Give back what was read because the server wanted it, or what belongs to another packet."""
        self.spent -= packets / self.eio.limits.events_per_second

    def rest(self) -> float:
        """For how many seconds from now nothing more may be read; 0 for none.

        While the client is asked, what lies before its answer is read on credit.
        """
        ahead = self.spent - self.clock() - BURST_SECONDS
        if ahead > 0 and self.asked:
            ahead -= self.eio.limits.events_asked / self.eio.limits.events_per_second
        return max(ahead, SHORTEST_REST_SECONDS) if ahead > 0 else 0.0

    @property
    @abstractmethod
    def asked(self) -> bool:
        """Whether the server waits for an answer of the client."""
