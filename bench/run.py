"""Runs the rounds: every scenario on every peer, a fresh server each time, the peers taking turns."""

import os
import tempfile
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import scenarios
from bench.attempt import Attempt
from bench.calls import calls, other_calls
from bench.competitors import Peer
from bench.expectations import Voided
from bench.figures import figures
from bench.life import on_one_server
from bench.logins import logins
from bench.nodes import nodes
from bench.plan import Plan
from bench.server import ServerFailed
from bench.spread import spread
from bench.users import Users
from engine.testing.websocket_client import Refused

SCENARIOS = {
    "audiences": on_one_server(scenarios.audiences),
    "calls": on_one_server(calls),
    "other-calls": on_one_server(other_calls),
    "idle": on_one_server(scenarios.idle_and_dropped),
    "browsers": on_one_server(scenarios.browsers),
    "rooms": on_one_server(scenarios.rooms),
    "logins": on_one_server(logins),
    "nodes": nodes,
}
FAILURES = (Voided, Refused, ServerFailed, TimeoutError, OSError)


@dataclass
class Measured:
    """One peer's rounds of one figure."""

    values: list[float] = field(default_factory=list)
    voided: list[str] = field(default_factory=list)

    @property
    def median(self) -> float | None:
        return median(self.values) if self.values else None

    @property
    def noise(self) -> float | None:
        """The spread of the rounds as a part of their median; of a single one None."""
        return spread(self.values) / self.median if self.median and len(self.values) > 1 else None


class Benchmark:
    """Collects `results[figure key][peer key]`."""

    def __init__(self, plan: Plan, peers: list[Peer], scenarios: list[str]):
        self.plan, self.peers, self.scenarios = plan, peers, scenarios
        self.results: dict[str, dict[str, Measured]] = defaultdict(lambda: defaultdict(Measured))
        self.folder = Path(tempfile.mkdtemp(prefix="bench-"))

    async def run(self):
        async with AsyncExitStack() as stack:
            users = {peer.key: await stack.enter_async_context(peer.users(self.plan.users)) for peer in self.peers}
            for number in range(self.plan.rounds):
                for scenario in self.scenarios:
                    for peer in self.peers[number % len(self.peers) :] + self.peers[: number % len(self.peers)]:
                        if scenario in peer.scenarios_of(number):
                            print(f"round {number + 1}/{self.plan.rounds}  {scenario:<10} {peer.title}", flush=True)
                            await self.one_life(peer, users[peer.key], scenario, number)

    async def one_life(self, peer: Peer, users: Users, scenario: str, number: int):
        folder = self.folder / f"{peer.key}-{scenario}-{number}"
        folder.mkdir()
        attempt, reason = Attempt(peer, users, self.plan.for_slow() if peer.slow else self.plan, folder), ""
        try:
            await SCENARIOS[scenario](attempt)
        except FAILURES as error:
            reason = f"{type(error).__name__}: {error}"
            print(f"    VOID: {reason} (the servers' logs: {folder})", flush=True)
        self.keep(peer, scenario, attempt.values, reason)

    def keep(self, peer: Peer, scenario: str, values: dict[str, float], reason: str):
        """A failure voids what was not measured before it."""
        for figure in figures(self.plan):
            if figure.scenario != scenario:
                continue
            measured = self.results[figure.key][peer.key]
            if figure.key in values:
                measured.values.append(values[figure.key])
                print(f"    {figure.title:<48} {values[figure.key]:10.2f} {figure.unit}", flush=True)
            elif reason:
                measured.voided.append(reason)


def stay_on_core(core: int):
    """Pins this process: the load must not share the server's core."""
    os.sched_setaffinity(0, {core})
