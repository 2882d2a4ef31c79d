"""Who is compared, how each is started, and what has to be there for it."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from shutil import which
from time import time

import jwt

HERE = Path(__file__).parent
SECRET = "a secret of the benchmark, which guards nothing at all"
SCENARIOS = ("audiences", "calls", "idle", "browsers")


def always_there() -> str | None:
    return None


def node_missing() -> str | None:
    if not which("node"):
        return "Node is not installed: its columns stay empty."
    if not (HERE / "node" / "node_modules").is_dir():
        return "Node's Socket.IO is missing: run `npm install` in bench/peers/node. Its column stays empty."
    return None


def uvicorn_missing() -> str | None:
    try:
        import uvicorn  # noqa: F401
    except ImportError:
        return "uvicorn is missing: run `pip install -r requirements-bench.txt`. Its column stays empty."
    return None


@dataclass(frozen=True)
class Users:
    """Who may log in, as (user id, token), and what the server's environment has to hold for it."""

    environment: dict[str, str]
    identities: Callable[[], Iterator[tuple[str, str]]]


def invented() -> Iterator[tuple[str, str]]:
    """(user id, token) of users that nobody has to look up."""
    now = int(time())
    for number in count(1):
        claims = {"id": f"{number:024x}", "sub": f"{number:024x}", "iat": now, "exp": now + 86400, "typ": "access"}
        yield claims["id"], jwt.encode(claims, SECRET, algorithm="HS256")


@asynccontextmanager
async def nobody_looked_up(count: int) -> AsyncIterator[Users]:
    """Users of the servers that believe the token alone."""
    yield Users({"JWT_SECRET": SECRET}, invented)


@dataclass(frozen=True)
class Peer:
    """A server to measure; `missing()` is the sentence that says what it lacks, or None."""

    key: str
    title: str
    command: tuple[str, ...]
    scenarios: tuple[str, ...] = SCENARIOS
    missing: Callable[[], str | None] = always_there
    # A drop of thousands keeps a stock server busy for a minute: once is enough.
    drops_once: bool = False
    users: Callable[[int], AbstractAsyncContextManager[Users]] = nobody_looked_up


def python(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"bench.peers.{name}")


PEERS = (
    Peer("node", "Node", ("node", str(HERE / "node" / "server.js")), missing=node_missing),
    Peer("stock_tornado", "stock, Tornado", python("stock_tornado"), drops_once=True),
    Peer("stock_asgi", "stock, ASGI", python("stock_asgi"), missing=uvicorn_missing, drops_once=True),
    Peer("floor", "floor", python("floor"), scenarios=("audiences", "calls")),
)
