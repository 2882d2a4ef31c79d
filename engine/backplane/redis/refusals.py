"""What Redis refuses to carry: all that is sent, perhaps, so that not each is told."""

import logging
import time

QUIET_SECONDS = 60.0
"""How long a reason is not told again."""

log = logging.getLogger("realtime")


class Refusals:
    """Told once a minute at most for each reason, with how many there were since."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}
        self._told_at: dict[str, float] = {}

    def refused(self, reply: str) -> None:
        """Redis has said no, with a word for the reason first."""
        reason, now = reply.partition(" ")[0], time.monotonic()
        self._since[reason] = self._since.get(reason, 0) + 1
        if now - self._told_at.get(reason, -QUIET_SECONDS) >= QUIET_SECONDS:
            self._told_at[reason] = now
            log.error("Redis refuses what other nodes should hear (%d times): %s", self._since.pop(reason), reply)
