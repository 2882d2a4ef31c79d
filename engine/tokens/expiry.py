"""A socket lives no longer than its token: it is told in time, and closed when the token expires."""

import math

from engine.tokens.events import EXPIRING

MESSAGE = "The token of this connection has expired; connect again with a new one."


def look_after(socket, now: float) -> float:
    """Warn or close a socket as its token runs out; returns in how many seconds to look again.

    `now` is in seconds since 1970, as tokens have it: where the clock is set, what the token says counts.
    """
    left = socket.expires_at - now
    if left <= 0:
        socket.close("expired", MESSAGE)
        return math.inf
    notice = socket.server.limits.expiry_notice_seconds
    if left > notice:
        return left - notice
    if not socket.warned:
        socket.warned = True
        socket.tell(EXPIRING, {"seconds": round(left)})
    return left
