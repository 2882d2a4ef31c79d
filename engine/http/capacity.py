"""How many connections a server has, and may have."""

import logging
from collections.abc import Callable

SURPLUS = 16
"""How many more there may be for a moment: to be told so, or to hear that the process lives."""
MUCH = 20
"""There is room again once one in so many has left: not at the first, or the log would fill at each that comes."""
log = logging.getLogger("app")


class Capacity:
    """Counts connections, and tells the log when there is no room for more, and when there is again.

    `most` is how many there may be; `freed()` is called whenever one has ended.
    """

    def __init__(self, most: int):
        self.most, self.taken, self.full = most, 0, False
        self.freed: Callable[[], None] = _nobody_waits

    @property
    def exhausted(self) -> bool:
        """Whether nobody can even be told that there is no room."""
        return self.taken >= self.most + SURPLUS

    def take(self) -> bool:
        """Count a connection more. Returns whether there is room for it."""
        self.taken += 1
        if self.taken <= self.most:
            return True
        if not self.full:
            self.full = True
            log.warning("All %d connections are taken: who comes now gets 503, or waits (MAX_CONNECTIONS)", self.most)
        return False

    def free(self) -> None:
        """Count one less."""
        self.taken -= 1
        if self.full and self.taken <= self.most - max(1, self.most // MUCH):
            self.full = False
            log.warning("There is room for new connections again: %d of %d are taken", self.taken, self.most)
        self.freed()


def _nobody_waits() -> None:
    pass
