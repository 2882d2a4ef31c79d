"""`python -m bench`: measures, prints a table, writes results.json and results.svg."""

import argparse
import gc
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import uvloop

from bench import interpreter, picture, report
from bench.competitors import MISSING, PEERS, always_there
from bench.plan import QUICK, Plan
from bench.run import SCENARIOS, Benchmark, stay_on_core
from bench.server import LOAD_CORE

FOLDER = Path(__file__).parent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, help="how often everything is measured (default 5, quick 1)")
    parser.add_argument("--quick", action="store_true", help="a smoke run: small numbers, one round, about a minute")
    parser.add_argument("--peers", default="", help="only these: " + ",".join(peer.key for peer in PEERS))
    parser.add_argument("--only", default="", help="only these scenarios: " + ",".join(SCENARIOS))
    parser.add_argument(
        "--out", type=Path, help="folder for the results (default bench/; none for a part or a smoke run)"
    )
    return parser.parse_args()


def chosen(names: str) -> set[str]:
    return set(filter(None, names.split(",")))


def present(candidates: dict[str, Callable[[], str | None]], wanted: set[str]) -> list[str]:
    """Those of the candidates that can run; says what the others lack, which each tells of itself."""
    lacking = {key: missing() for key, missing in candidates.items() if not wanted or key in wanted}
    for sentence in dict.fromkeys(filter(None, lacking.values())):
        print(sentence)
    return [key for key, sentence in lacking.items() if sentence is None]


def write(results: dict, folder: Path):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    (folder / "results.svg").write_text(picture.draw(results))
    print(f"\nwritten: {folder / 'results.json'}, {folder / 'results.svg'}")


def main():
    options = arguments()
    plan = QUICK if options.quick else Plan()
    if options.rounds:
        plan = replace(plan, rounds=options.rounds)
    print("Python", interpreter.described()["name"])
    stay_on_core(LOAD_CORE)
    # The load must not pause for a collection while a server's clock runs.
    gc.disable()
    peers = present({peer.key: peer.missing for peer in PEERS}, chosen(options.peers))
    scenarios = present({name: MISSING.get(name, always_there) for name in SCENARIOS}, chosen(options.only))
    benchmark = Benchmark(plan, [peer for peer in PEERS if peer.key in peers], scenarios)
    uvloop.run(benchmark.run())
    results = report.collect(plan, benchmark.results)
    print("", report.table(results), "", *report.notes(results), sep="\n")
    part = options.quick or options.peers or options.only
    if folder := options.out or (None if part else FOLDER):
        write(results, folder)


if __name__ == "__main__":
    sys.exit(main())
