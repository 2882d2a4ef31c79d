"""How often something may be tried: so often that people do not notice, and too seldom for guessing."""

import math
import time
from collections.abc import Callable, Mapping
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse
from limits.aio.strategies import FixedWindowRateLimiter

from engine.http.errors import ApiError
from engine.http.limits_in_memory import LimitsInMemory
from engine.http.limits_in_redis import LimitsInRedis


class RateLimits:
    """Counts in Redis where there is one, else in memory, for as long as the process lives.

    Each call names one of its limits, and who tries. `rates` are such as `{"votes by address": "10 per minute"}`;
    `clock` tells seconds.
    """

    def __init__(
        self,
        rates: Mapping[str, str],
        on: bool = True,
        redis_url: str = "",
        redis_prefix: str = "",
        clock: Callable[[], float] = time.monotonic,
    ):
        self.on = on
        self.items = {name: _item(name, rate) for name, rate in rates.items()}
        self.storage = LimitsInRedis(redis_url, redis_prefix, clock) if redis_url else LimitsInMemory(clock)
        self.strategy = FixedWindowRateLimiter(self.storage)

    async def spend(self, name: str, *who: str):
        """Counts one try. Raises ApiError 429 that says when to come again."""
        if not await self.has_room(name, *who):
            raise _refusal(await self._seconds_left(name, who))

    async def has_room(self, name: str, *who: str) -> bool:
        """Counts one try; whether it is one of those that the limit allows. One that is not does not count."""
        if not self.on or await self.strategy.hit(self.items[name], _key(who)):
            return True
        await self.give_back(name, *who)
        return False

    async def give_back(self, name: str, *who: str):
        """Takes back one try that was counted, because it turned out to be a good one."""
        if self.on:
            await self.strategy.hit(self.items[name], _key(who), cost=-1)

    async def forget(self, name: str, *who: str):
        """Begins to count anew."""
        await self.strategy.clear(self.items[name], _key(who))

    async def _seconds_left(self, name: str, who: tuple[str, ...]) -> int:
        window = await self.strategy.get_window_stats(self.items[name], _key(who))
        return max(1, math.ceil(window.reset_time - self.storage.clock()))


def by_address(address: str) -> str:
    """An address as limits count it: of IPv6 the /64, which is the least that a customer gets (RFC 6177)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(IPv6Address(int(parsed) >> 64 << 64) if parsed.version == 6 else parsed)


def _item(name: str, rate: str) -> RateLimitItem:
    try:
        item = parse(rate)
    except ValueError:
        raise ValueError(f'The limit "{name}" is "{rate}"; write it as "30 per minute"') from None
    item.namespace = name
    return item


def _key(who: tuple[str, ...]) -> str:
    # Short, however long a name somebody makes up, and not the names and addresses themselves.
    return blake2b(repr(who).encode(), digest_size=16).hexdigest()


def _refusal(seconds: int) -> ApiError:
    count, unit = (seconds, "second") if seconds < 60 else (math.ceil(seconds / 60), "minute")
    when = f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return ApiError(429, f"Too many attempts, try again in {when}", retry_after=seconds)
