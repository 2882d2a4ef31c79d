"""`python -m bench.micro`: what a call and a delivery cost here, and in another checkout beside."""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from bench import interpreter
from bench.micro import report
from bench.micro.contest import ROOT, Checkout, Round, WorkerFailed, compete
from bench.micro.laps import LAPS

ADAPTER = Path("bench/micro/app.py")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.micro", description=__doc__)
    parser.add_argument("--against", type=Path, help="the other checkout; where this one is slower, the status is 1")
    parser.add_argument("--adapter", type=Path, help=f"the other's adapter (default: its {ADAPTER})")
    parser.add_argument("--rounds", type=int, default=20, help="how often all is measured, in fresh processes (20)")
    parser.add_argument("--laps", type=int, default=5, help="how often each lap runs in each of them (5)")
    parser.add_argument("--only", default="", help="only these laps: " + ",".join(LAPS))
    options = parser.parse_args()
    for checkout in checkouts(options):
        if not checkout.adapter.is_file():
            parser.error(f"there is no {checkout.adapter}; --adapter names one for that checkout")
    return options


def checkouts(options: argparse.Namespace) -> list[Checkout]:
    """This one, and the other one if there is."""
    found = [Checkout(ROOT, ROOT / ADAPTER)]
    if options.against:
        other = options.against.resolve()
        found.append(Checkout(other, (options.adapter or other / ADAPTER).resolve()))
    return found


def main() -> int:
    options = arguments()
    names = [name for name in LAPS if not options.only or name in options.only.split(",")]
    rounds: dict[str, list[Round]] = defaultdict(list)
    print("Python", interpreter.described()["name"])
    try:
        for number in range(options.rounds):
            print(f"round {number + 1}/{options.rounds}", flush=True)
            for name, found in compete(number, names, checkouts(options), options.laps).items():
                rounds[name].append(found)
    except WorkerFailed:
        return 2
    print("", report.table(rounds), sep="\n")
    return 1 if report.slower(rounds) else 0


if __name__ == "__main__":
    sys.exit(main())
