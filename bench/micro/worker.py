"""Runs laps when told to: `python -m bench.micro.worker CHECKOUT ADAPTER`, a lap's name a line, its result a line."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

from bench.micro.laps import LAPS
from bench.micro.memory import Loop
from bench.micro.stage import Stage


def load(checkout: str, file: str) -> ModuleType:
    """The adapter, on that checkout's engine; what the benchmark itself has imported of ours stays ours."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "engine"]:
        del sys.modules[name]
    sys.path.insert(0, checkout)
    spec = spec_from_file_location("adapter", file)
    adapter = module_from_spec(spec)
    spec.loader.exec_module(adapter)
    return adapter


async def filled(adapter: ModuleType) -> Stage:
    stage = Stage(adapter)
    await stage.fill()
    return stage


def main():
    adapter = load(*sys.argv[1:])
    loop = Loop()
    stage = loop.run_until_complete(filled(adapter))
    for line in sys.stdin:
        print(loop.run_until_complete(LAPS[line.strip()].microseconds(stage)), flush=True)


if __name__ == "__main__":
    main()
