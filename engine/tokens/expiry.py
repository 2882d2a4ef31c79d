"""A socket lives no longer than its token: it is told in time, and closed when the token expires."""

import math
from typing import Any, Protocol

from engine.endings import Ending
from engine.names import EXPIRING


class Holder(Protocol):
    """A socket, which holds a token. `expires_at` is in seconds since 1970; `warned` whether its client was told."""

    expires_at: float
    warned: bool

    def tell(self, event: str, payload: Any) -> None:
        """Send the client an event."""
        ...

    def close(self, ending: Ending) -> None:
        """End it."""
        ...


def look_after(holder: Holder, now: float, notice_seconds: float) -> float:
    """Warn or close a socket as its token runs out; returns in how many seconds to look again.

    `now` is in seconds since 1970, as tokens have it: where the clock is set, what the token says counts.
    """
    left = holder.expires_at - now
    if left <= 0:
        holder.close(Ending.EXPIRED)
        return math.inf
    if left > notice_seconds:
        return left - notice_seconds
    if not holder.warned:
        holder.warned = True
        holder.tell(EXPIRING, {"seconds": round(left)})
    return left
