"""Two checkouts in turns: lap by lap, so that what slows the machine slows both."""

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
CORE = 0
WARM_UP = 2


class WorkerFailed(Exception):
    """A worker has ended; what it said of that is on the screen."""


@dataclass(frozen=True)
class Checkout:
    """A folder with an engine, and the file that knows its names."""

    folder: Path
    adapter: Path


class Worker:
    """A process that runs laps of one checkout."""

    def __init__(self, checkout: Checkout):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.micro.worker", str(checkout.folder), str(checkout.adapter)],
            cwd=ROOT,
            # The order of sets of str is by chance, and what it costs with it.
            env={**os.environ, "PYTHONHASHSEED": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {CORE}),
        )

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.wait()

    def lap(self, name: str) -> float:
        """Microseconds a unit. Raises WorkerFailed."""
        try:
            print(name, file=self.process.stdin, flush=True)
            return float(self.process.stdout.readline())
        except (OSError, ValueError):
            raise WorkerFailed from None


@dataclass(frozen=True)
class Round:
    """What laps of one name cost in a round: the median in each checkout, and the first one's divided by the last's.

    That ratio is the median of those of laps that ran one after the other.
    """

    costs: tuple[float, ...]
    ratio: float


def compete(number: int, names: Iterable[str], checkouts: list[Checkout], laps: int) -> dict[str, Round]:
    """Round so and so, with fresh processes: where memory comes to lie makes some percent, in each process anew."""
    order = sorted(range(len(checkouts)), reverse=number % 2 == 1)
    workers = {each: Worker(checkouts[each]) for each in order}
    try:
        return {name: in_turns(name, workers, laps) for name in names}
    finally:
        for worker in workers.values():
            worker.close()


def in_turns(name: str, workers: dict[int, Worker], laps: int) -> Round:
    """Laps of one name. Nobody runs twice in a row, for that one would find the processor's caches warm."""
    costs = [{each: workers[each].lap(name) for each in workers} for _ in range(WARM_UP + laps)][WARM_UP:]
    medians = [median(lap[each] for lap in costs) for each in sorted(workers)]
    return Round(tuple(medians), median(lap[0] / lap[len(workers) - 1] for lap in costs))
