"""Who is compared, how each is started, and what has to be there for it."""

import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from bench.accounts import registered
from bench.appended_offsets import RecoveringClient
from bench.socketio_client import SocketIOClient
from bench.users import Users, invented

NODE = Path(__file__).parent / "peers" / "node"
SERVER = str(NODE / "server.js")
SCENARIOS = ("audiences", "calls", "idle", "browsers")


def always_there() -> str | None:
    return None


def node_missing() -> str | None:
    if not which("node"):
        return "Node is not installed: its columns stay empty."
    if not (NODE / "node_modules").is_dir():
        return "Node's Socket.IO is missing: run `npm install` in bench/peers/node. Its column stays empty."
    return None


def redis_missing() -> str | None:
    if not which("redis-server"):
        return "redis-server is not installed: nothing is measured across nodes."
    return None


def uvicorn_missing() -> str | None:
    if not find_spec("uvicorn") or not find_spec("websockets"):
        return "uvicorn or websockets is missing: see requirements-bench.txt. Its column stays empty."
    return None


@dataclass(frozen=True)
class Peer:
    """A server to measure; `missing()` is the sentence that says what it lacks, or None."""

    key: str
    title: str
    command: tuple[str, ...]
    scenarios: tuple[str, ...] = SCENARIOS
    missing: Callable[[], str | None] = always_there
    # Everything takes it ten times as long, a drop of thousands a minute.
    slow: bool = False
    users: Callable[[int], AbstractAsyncContextManager[Users]] = invented
    client: type[SocketIOClient] = SocketIOClient

    def scenarios_of(self, round_number: int) -> tuple[str, ...]:
        """What is measured in a round: of a slow peer memory and drops only in the first."""
        return ("audiences", "calls") if self.slow and round_number else self.scenarios


def python(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"bench.peers.{name}")


PEERS = (
    Peer(
        "ours",
        "ours",
        python("ours"),
        scenarios=(*SCENARIOS, "other-calls", "rooms", "logins", "nodes"),
        users=registered,
    ),
    Peer("node", "Node", ("node", SERVER), scenarios=(*SCENARIOS, "other-calls"), missing=node_missing),
    Peer(
        "node_recovering",
        "Node, recovering",
        ("node", SERVER, "recovering"),
        ("calls",),
        node_missing,
        client=RecoveringClient,
    ),
    Peer("stock_tornado", "stock, Tornado", python("stock_tornado"), slow=True),
    Peer("stock_asgi", "stock, ASGI", python("stock_asgi"), missing=uvicorn_missing, slow=True),
    Peer("floor", "floor", python("floor"), scenarios=("audiences", "calls", "other-calls")),
    Peer("node_redis", "Node, Redis", ("node", SERVER, "createAdapter"), ("nodes",), node_missing),
    Peer("node_sharded", "Node, sharded", ("node", SERVER, "createShardedAdapter"), ("nodes",), node_missing),
)
# What a scenario needs besides its peers.
MISSING = {"nodes": redis_missing}
