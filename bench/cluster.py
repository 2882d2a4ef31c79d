"""Three nodes of a peer on one Redis: where events are sent, where the room's only member is, and where nobody is."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.attempt import Attempt
from bench.life import Life, life
from bench.server import Server
from bench.tap import Tap

REDIS = ["redis-server", "--save", "", "--port"]


@dataclass(frozen=True)
class Cluster:
    """`tap` is on the bystander's way from Redis."""

    sender: Life
    receiver: Life
    bystander: Life
    redis: Server
    tap: Tap

    @property
    def parts(self) -> dict[str, Server]:
        """The four processes that have a share in it."""
        lives = {"sender": self.sender, "receiver": self.receiver, "bystander": self.bystander}
        return {**{name: life.server for name, life in lives.items()}, "redis": self.redis}

    async def cost(self, work: Callable[[], Awaitable]) -> dict[str, float]:
        """Seconds of CPU that each part spends on `work()`, until all are quiet again."""
        await self.quiet()
        before = {name: server.cpu() for name, server in self.parts.items()}
        await work()
        await self.quiet()
        return {name: server.cpu() - before[name] for name, server in self.parts.items()}

    async def quiet(self):
        for server in self.parts.values():
            await server.quiet()


@asynccontextmanager
async def cluster(attempt: Attempt) -> AsyncIterator[Cluster]:
    """All of it, started."""
    async with (
        Server(REDIS, {}, attempt.folder / "redis.log") as redis,
        Tap(redis.port) as tap,
        life(attempt, "sender", REDIS_URL=f"redis://127.0.0.1:{redis.port}") as sender,
        life(attempt, "receiver", REDIS_URL=f"redis://127.0.0.1:{redis.port}") as receiver,
        life(attempt, "bystander", REDIS_URL=f"redis://127.0.0.1:{tap.port}") as bystander,
    ):
        yield Cluster(sender, receiver, bystander, redis, tap)
