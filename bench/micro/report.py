"""The table of the micro-bench, and its verdict."""

from statistics import median

from bench.micro.contest import Round
from bench.micro.laps import LAPS
from bench.spread import spread

GATE = 1.03
"""How many times the other's cost is too much: what is below may be noise."""


def cost(values: list[float]) -> str:
    middle = median(values)
    return f"{middle:.3g} ±{spread(values) / middle:.0%}"


def ratio(values: list[float]) -> str:
    return f"{median(values):.3f} ±{spread(values):.3f}"


def slower(rounds: dict[str, list[Round]]) -> list[str]:
    """The laps that cost here more than GATE times what they cost in the other checkout."""
    return [name for name, each in rounds.items() if median(one.ratio for one in each) > GATE]


def row(name: str, rounds: list[Round], too_slow: bool) -> str:
    columns = [cost([one.costs[number] for one in rounds]) for number in range(len(rounds[0].costs))]
    if len(columns) > 1:
        columns.append(ratio([one.ratio for one in rounds]))
    verdict = "  slower" if too_slow else ""
    return f"{LAPS[name].title:<44}" + "".join(f"{column:>16}" for column in columns) + verdict


def table(rounds: dict[str, list[Round]]) -> str:
    """Medians of the rounds, and half of what the middle half of them spans."""
    two = len(next(iter(rounds.values()))[0].costs) > 1
    titles = ["this", "the other", "ratio"] if two else ["this"]
    found = slower(rounds)
    head = f"{'µs of CPU, without the kernel':<44}" + "".join(f"{title:>16}" for title in titles)
    return "\n".join([head, *(row(name, each, name in found) for name, each in rounds.items())])
