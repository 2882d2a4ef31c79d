"""Where the limits library counts, for one process. Its own memory storage looks at every key at every count."""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable

from limits.aio.storage import Storage

MOST_KEYS = 100_000  # with windows of one length, about 35 MB: beyond that the oldest are forgotten
SWEPT_AT_ONCE = 10

Windows = OrderedDict[str, tuple[int, float]]
"""By key, how much was counted, and when the window ends."""


class LimitsInMemory(Storage):
    """Counts of fixed windows. A window begins with its first count and ends `expiry` seconds later."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        super().__init__()
        # Not that of the day: one that is set back would make windows of minutes last for hours.
        self.clock = clock
        # By length: those of one length end in the order in which they began.
        self.windows: dict[int, Windows] = defaultdict(OrderedDict)

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Adds to a key's count, which it returns; a new window begins where there is none."""
        windows, now = self.windows[expiry], self.clock()
        self._sweep(windows, now)
        count, end = windows.get(key, (0, 0.0))
        if end <= now:
            # Taken out first, so that it comes back as the last.
            windows.pop(key, None)
            count, end = 0, now + expiry
        windows[key] = max(0, count + amount), end
        return windows[key][0]

    def _sweep(self, windows: Windows, now: float) -> None:
        """Forgets a few that have ended: more than come in, so that none stay."""
        for _ in range(SWEPT_AT_ONCE):
            oldest = next(iter(windows), None)
            if oldest is None or (windows[oldest][1] > now and len(windows) < MOST_KEYS):
                return
            del windows[oldest]

    async def get(self, key: str) -> int:
        return self._window(key)[0]

    async def get_expiry(self, key: str) -> float:
        return self._window(key)[1]

    def _window(self, key: str) -> tuple[int, float]:
        now = self.clock()
        found = (windows[key] for windows in self.windows.values() if key in windows)
        return next((window for window in found if window[1] > now), (0, now))

    async def clear(self, key: str) -> None:
        for windows in self.windows.values():
            windows.pop(key, None)

    async def reset(self) -> int:
        forgotten = sum(map(len, self.windows.values()))
        self.windows.clear()
        return forgotten

    async def check(self) -> bool:
        return True
