"""How long to wait before a process that has ended is started again."""

STEADY_SECONDS = 30.0
"""Whoever lives so long has not died at its start."""
FIRST_SECONDS, LONGEST_SECONDS = 0.5, 30.0


class Patience:
    """Nothing the first time, and twice as long each time that it dies soon after."""

    def __init__(self) -> None:
        self._next = 0.0

    def pause(self, lived_seconds: float) -> float:
        """The pause after a process that lived so long, in seconds."""
        if lived_seconds >= STEADY_SECONDS:
            self._next = 0.0
        pause, self._next = self._next, min(max(2 * self._next, FIRST_SECONDS), LONGEST_SECONDS)
        return pause
