"""From measurements to results.json and to the table on the screen."""

from datetime import UTC, datetime

from bench.competitors import PEERS
from bench.figures import Figure, Goal, figures
from bench.machine import machine
from bench.plan import Plan
from bench.run import Measured

TITLES = {peer.key: peer.title for peer in PEERS}


def number(value: float | None) -> str:
    """Three digits that count."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def judge(goal: Goal, medians: dict[str, float | None]) -> dict | None:
    """Whether ours reaches the goal; None where it was not measured."""
    ours = medians.get("ours")
    if ours is None:
        return None
    if goal.limit is not None:
        return {"goal": f"at most {goal.limit:g}", "is": round(ours, 2), "reached": ours <= goal.limit}
    other = medians.get(goal.peer)
    if other is None:
        return None
    ratio = other / ours
    return {
        "goal": f"{goal.ratio:.2g} x {TITLES[goal.peer]}",
        "is": round(ratio, 2),
        "reached": ratio >= goal.ratio,
    }


def line(figure: Figure, measured: dict[str, Measured]) -> dict:
    medians = {peer: each.median for peer, each in measured.items()}
    return {
        "key": figure.key,
        "title": figure.title,
        "unit": figure.unit,
        "medians": medians,
        "noise": {peer: each.noise for peer, each in measured.items()},
        "rounds": {peer: each.values for peer, each in measured.items()},
        "voided": {peer: each.voided for peer, each in measured.items() if each.voided},
        "goals": [found for goal in figure.goals if (found := judge(goal, medians))],
    }


def collect(plan: Plan, results: dict[str, dict[str, Measured]]) -> dict:
    """What results.json holds."""
    lines = [line(figure, results[figure.key]) for figure in figures(plan) if results.get(figure.key)]
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "rounds": plan.rounds,
        "machine": machine(),
        "peers": {peer.key: peer.title for peer in PEERS},
        "figures": [each for each in lines if any(value is not None for value in each["medians"].values())],
    }


def cell(figure: dict, peer: str) -> str:
    """A median, the spread of its rounds, and how many times ours it is."""
    ours, median, noise = figure["medians"].get("ours"), figure["medians"].get(peer), figure["noise"].get(peer)
    spread = "" if noise is None else f"±{noise:.0%}"
    ratio = f"({median / ours:.1f} x)" if ours and median is not None and peer != "ours" else ""
    return f"{number(median):>7} {spread:<4} {ratio:>9}"


def table(report: dict) -> str:
    """The figures, one a line: median, ± half of what the middle half of the rounds spans, how many times ours."""
    peers = [peer for peer in report["peers"] if any(peer in figure["medians"] for figure in report["figures"])]
    rows = ["".join([f"{'server CPU, or as said':<50}", *(f"{report['peers'][peer]:<23}" for peer in peers)]).rstrip()]
    for figure in report["figures"]:
        cells = [f"{cell(figure, peer):<23}" for peer in peers]
        rows.append("".join([f"{figure['title'] + ', ' + figure['unit']:<46}", *cells]).rstrip())
    return "\n".join(rows)


def notes(report: dict) -> list[str]:
    """Goals that were missed, and rounds that don't count."""
    found = []
    for figure in report["figures"]:
        for goal in figure["goals"]:
            if not goal["reached"]:
                found.append(f"missed: {figure['title']}: {goal['goal']}, is {goal['is']}")
        for peer, reasons in figure["voided"].items():
            found.append(f"void: {figure['title']}, {report['peers'][peer]}: {len(reasons)} rounds, {reasons[0]}")
    return found
