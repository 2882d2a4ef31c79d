"""What Redis says of the number of the latest that was kept."""

from collections.abc import Callable
from typing import Any

import hiredis


class Numbered:
    """Waits for a number, and tells of it or of there being none."""

    __slots__ = ("_failed", "_heard", "since")

    def __init__(self, heard: Callable[[int], None], failed: Callable[[], None] | None = None) -> None:
        self.since, self._heard, self._failed = 0, heard, failed

    def answered(self, reply: Any) -> None:
        """Redis has replied."""
        if isinstance(reply, int):
            self._heard(reply)
        elif isinstance(reply, hiredis.ReplyError):
            self.lost(str(reply))

    def delayed(self) -> None:
        """The number may come yet."""

    def lost(self, why: str) -> None:
        """There is none."""
        if self._failed:
            self._failed()
