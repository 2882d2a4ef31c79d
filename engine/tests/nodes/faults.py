"""What may happen to Redis, to the way to it, and to another node on it, some seconds each."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from engine.testing.redis_server import RedisServer
from engine.testing.swallower import Swallower
from engine.tests.nodes.node_process import NodeProcess

EVERYBODY = "realtime:all"
STRAYS = b"5", b"[" * 100_000, b"\xff\xfe", b"RT\x02" + bytes(100)


@dataclass
class Way:
    """A Redis, the way to it, another one for when it fails, and a node that may."""

    redis: RedisServer
    swallower: Swallower
    open_redis: Callable[..., RedisServer]
    node: NodeProcess | None = None


async def killed_and_started_empty(way: Way):
    way.redis.stop()
    await asyncio.sleep(2)
    way.redis.start()


async def stopped_for_ten_seconds(way: Way):
    way.redis.freeze()
    await asyncio.sleep(10)
    way.redis.thaw()


async def every_connection_killed(way: Way):
    for _ in range(10):
        for client in way.redis.clients():
            way.redis.ask("CLIENT", "KILL", "ID", client["id"])
        await asyncio.sleep(0.2)


async def carrying_nothing(way: Way):
    way.swallower.swallows = True
    await asyncio.sleep(10)
    way.swallower.swallows = False


async def flooded(way: Way):
    for _ in range(3):
        await asyncio.to_thread(way.redis.ask, "PUBLISH", EVERYBODY, b"x" * 33 * 1024 * 1024)
        await asyncio.sleep(1)


async def out_of_buffer(way: Way):
    way.redis.ask("CONFIG", "SET", "client-output-buffer-limit", "pubsub 100000 0 0")
    for _ in range(10):
        way.redis.ask("PUBLISH", EVERYBODY, b"x" * 200_000)
        await asyncio.sleep(0.2)


async def failed_over(way: Way):
    replica = way.open_redis("--replicaof", "127.0.0.1", str(way.redis.port))
    while replica.ask("INFO", "replication")["master_link_status"] != "up":  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    way.redis.stop()
    await asyncio.sleep(1)
    replica.ask("REPLICAOF", "NO", "ONE")
    way.swallower.target = str(replica.path)


async def locked(way: Way):
    way.redis.ask("CONFIG", "SET", "requirepass", "secret")
    for client in way.redis.clients("secret"):
        way.redis.ask("CLIENT", "KILL", "ID", client["id"], password="secret")
    await asyncio.sleep(2)
    way.redis.ask("CONFIG", "SET", "requirepass", "", password="secret")


async def strayed_into(way: Way):
    for _ in range(100):
        for stray in STRAYS:
            way.redis.ask("PUBLISH", EVERYBODY, stray)
        await asyncio.sleep(0.03)


async def another_node_killed(way: Way):
    way.node.kill()
    await asyncio.sleep(3)


async def another_node_stopped_for_ten_seconds(way: Way):
    way.node.freeze()
    await asyncio.sleep(10)
    way.node.thaw()


ON_THE_WAY = [carrying_nothing, failed_over]
"""What the nodes need the way for; with the others it leads to Redis directly."""
OF_A_NODE = [another_node_killed, another_node_stopped_for_ten_seconds]
FAULTS = [
    killed_and_started_empty,
    stopped_for_ten_seconds,
    every_connection_killed,
    flooded,
    out_of_buffer,
    locked,
    strayed_into,
    *ON_THE_WAY,
    *OF_A_NODE,
]
