"""Where the limits library counts for several processes: in Redis, and in memory while that is away."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from limits.aio.storage import Storage
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from engine.http.limits_in_memory import LimitsInMemory

PATIENCE_SECONDS = 0.25
"""How long a request waits for Redis before it is counted in memory."""
AWAY_SECONDS = 1.0
"""How long Redis is not asked again after it was away."""
COUNT = """
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if count < 0 then count = 0 redis.call('SET', KEYS[1], 0, 'KEEPTTL') end
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return count
"""
T = TypeVar("T")

log = logging.getLogger("app")


class LimitsInRedis(Storage):
    """Counts of fixed windows, as LimitsInMemory, under keys that begin with a prefix."""

    STORAGE_SCHEME = None

    def __init__(self, url: str, prefix: str, clock: Callable[[], float] = time.monotonic):
        super().__init__()
        self.prefix, self.clock, self.memory = f"{prefix}:limit:", clock, LimitsInMemory(clock)
        self.redis: Any = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] its options have no types
            url,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
            # It need not know which library asks, and who may not say so stands in its ACL log.
            driver_info=None,
        )
        self.away_until = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return RedisError

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Adds to a key's count, which it returns; a new window begins where there is none."""
        return await self._asked(
            lambda: self.redis.eval(COUNT, 1, self.prefix + key, amount, expiry),
            lambda: self.memory.incr(key, expiry, amount),
        )

    async def get(self, key: str) -> int:
        return int(await self._asked(lambda: self.redis.get(self.prefix + key), lambda: self.memory.get(key)) or 0)

    async def get_expiry(self, key: str) -> float:
        async def expiry() -> float:
            return self.clock() + max(0, await self.redis.pttl(self.prefix + key)) / 1000

        return await self._asked(expiry, lambda: self.memory.get_expiry(key))

    async def clear(self, key: str) -> None:
        await self.memory.clear(key)
        await self._asked(lambda: self.redis.delete(self.prefix + key), lambda: self.memory.clear(key))

    async def check(self) -> bool:
        return await self._asked(self.redis.ping, self.memory.check)

    async def reset(self) -> int | None:
        """Forgets what was counted in memory; what is in Redis ends with its windows."""
        return await self.memory.reset()

    async def _asked(self, ask: Callable[[], Awaitable[T]], instead: Callable[[], Awaitable[T]]) -> T:
        """What Redis says, or memory while it is away."""
        if time.monotonic() < self.away_until:
            return await instead()
        try:
            return await ask()
        except (RedisError, OSError) as error:
            if not self.away_until:
                log.error("Limits are counted by each process for itself: Redis is away (%s)", type(error).__name__)
            self.away_until = time.monotonic() + AWAY_SECONDS
            return await instead()
