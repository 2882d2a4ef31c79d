"""Nodes as processes, and clients that stay."""

import asyncio
import socket
from collections.abc import Callable, Iterable

import pytest

from engine.testing.redis_server import free_port
from engine.testing.swallower import Swallower
from engine.tests.nodes.faults import Way
from engine.tests.nodes.node_process import NodeProcess
from engine.tests.nodes.residents import Resident, all_in


@pytest.fixture
def start_node(serve):
    """`node = await start_node("a", redis.url)` starts node.py, with settings and arguments; it ends with the test."""

    async def start_node(name: str, redis_url: str = "", *arguments: str, inside=(), **settings) -> NodeProcess:
        environment = {key.upper(): str(value) for key, value in settings.items()}
        return await serve(name, *arguments, kind=NodeProcess, inside=inside, REDIS_URL=redis_url, **environment)

    return start_node


@pytest.fixture
def stay(io_loop):
    """`anna, bob = await stay(["anna", "bob"], lambda _: [port])` are clients who stay until the test ends.

    With a `machine` they are on that one.
    """
    residents = []

    async def stay(users: Iterable[str], ports: Callable[[Resident], Iterable[int]], machine=socket) -> list[Resident]:
        new = [Resident(user, ports, machine) for user in users]
        residents.extend(new)
        await all_in(new)
        return new

    async def leave():
        for each in residents:
            each.leave()
        await asyncio.wait([each.task for each in residents])

    yield stay
    if residents:
        io_loop.run_sync(leave)


@pytest.fixture
def becomes():
    """`await becomes(condition)` waits until what a coroutine function returns is true, for a long time."""

    async def becomes(condition, seconds: float = 60):
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    return becomes


@pytest.fixture
def way(open_redis, tmp_path, io_loop):
    """The way of nodes to a Redis of theirs, on which what fails is the test's to say; see faults.py."""
    redis = open_redis("--repl-diskless-sync-delay", "0", port=free_port())
    swallower = Swallower(str(tmp_path / "way.sock"), str(redis.path))
    io_loop.run_sync(swallower.open)
    yield Way(redis, swallower, open_redis)
    swallower.close()
