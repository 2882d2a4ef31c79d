"""Three nodes are replaced one after the other beneath a thousand clients.

As a rollout of Kubernetes does it: the new node is there before the old one has to end, and takes its clients, as the
balancer sends whoever comes to the node with the fewest.
"""

import asyncio
import resource
from collections import Counter, defaultdict

import pytest

from engine.tests.nodes.node_process import NodeProcess
from engine.tests.nodes.residents import Resident, all_in

pytestmark = [pytest.mark.slow, pytest.mark.may_take(600)]

CLIENTS = 1000
DRAIN_SECONDS = 10
PACE_SECONDS = 0.0145
"""How far apart clients come at first: as in a drain, because what a crowd costs that comes at once is less."""
PATIENCE_SECONDS = 120


class Balancer:
    """Knows the nodes that take new clients, the newest first, and how many each has."""

    def __init__(self):
        self.nodes: list[NodeProcess] = []
        self.residents: dict[Resident, None] = {}

    def ports(self, resident: Resident) -> list[int]:
        """The node for a client."""
        self.residents[resident] = None
        crowds = Counter(each.at for each in self.residents)
        return [min((node.port for node in self.nodes), key=lambda port: crowds[port])]

    def cpu_seconds(self) -> float:
        """What its nodes have used."""
        return sum(node.cpu_seconds() for node in self.nodes)


@pytest.fixture
def open_node(start_node, redis):
    return lambda: start_node("any", redis.url, drain_seconds=DRAIN_SECONDS)


async def test_a_rolling_restart_tells_each_client_once_and_spreads_what_it_costs(open_node, stay):
    """Measured are 2 seconds until a client is back, and as much CPU as a thousand connects cost, or half more."""
    balancer = Balancer()
    balancer.nodes = [await open_node() for _ in range(3)]
    connecting = -balancer.cpu_seconds()
    for number in range(CLIENTS):
        await asyncio.gather(stay([f"client{number}"], balancer.ports), asyncio.sleep(PACE_SECONDS))
    connecting += balancer.cpu_seconds()

    restarting = -balancer.cpu_seconds()
    for old in tuple(balancer.nodes):
        new = await open_node()
        restarting -= new.cpu_seconds()
        balancer.nodes = [new, *(node for node in balancer.nodes if node is not old)]
        restarting += await ended(old)
        await all_in([*balancer.residents], PATIENCE_SECONDS)
    restarting += balancer.cpu_seconds()

    residents = [*balancer.residents]
    assert [each.told for each in residents] == [["drain"]] * CLIENTS
    assert [share for share in map(share_of_busiest_tenth, told_at(residents)) if share > 0.5] == []
    assert max(map(seconds_away, residents)) < PATIENCE_SECONDS
    assert restarting < 2 * connecting


async def ended(node: NodeProcess) -> float:
    """End a node in order; returns how many seconds of CPU it has used in its life."""
    before = cpu_of_ended()
    node.terminate()
    assert await node.ended(PATIENCE_SECONDS) == 0
    assert "Traceback" not in node.said
    return cpu_of_ended() - before


def cpu_of_ended() -> float:
    """What all processes together have used that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds_away(resident: Resident) -> float:
    """From the word that the node ends until the client is on another one."""
    return resident.life.entered_at - resident.heard("closing")[0].at


def told_at(residents: list[Resident]) -> list[list[float]]:
    """When the clients of each node were told."""
    nodes = defaultdict(list)
    for each in residents:
        nodes[each.lives[0].port].append(each.heard("closing")[0].at)
    return list(nodes.values())


def share_of_busiest_tenth(moments: list[float]) -> float:
    """How many of all were in the busiest tenth of the time."""
    first, last = min(moments), max(moments)
    tenths = Counter(int(10 * (moment - first) / (last - first)) for moment in moments)
    return max(tenths.values()) / len(moments)
