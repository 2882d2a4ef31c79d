"""`emitter`: sends to the sockets of an app from anywhere that its Redis can be reached from."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from engine.backplane.interface import Backplane
from engine.backplane.nobody import Nobody
from engine.backplane.redis.address import parse
from engine.backplane.redis.backplane import RedisBackplane
from engine.backplane.redis.state import State
from engine.calls import Calls
from engine.limits import Limits

ASKED = ("send", "broadcast", "join", "leave", "close", "disconnect", "request", "online", "members", "connections")
AWAY = "Redis at {} cannot be reached; what was sent may not have arrived"


class Outside(RedisBackplane):
    """The place of a program that has no sockets itself. What Redis has not taken raises ConnectionError."""

    def __init__(self, url: str, prefix: str, user_type: Any):
        super().__init__(Nobody(), parse(url), prefix, user_type)
        for name in ASKED:
            setattr(self, name, self._sure(getattr(self, name)))

    def _sure(self, ask: Callable[..., Awaitable[Any] | None]) -> Callable[..., Awaitable[Any]]:
        async def asked(*arguments: Any, **options: Any) -> Any:
            unsure = self.counts.lost + self.counts.early
            waiting = ask(*arguments, **options) if self.ready else None
            answer = await waiting if waiting else None
            if not self.ready or self.counts.lost + self.counts.early > unsure:
                raise ConnectionError(AWAY.format(self.bus.link.address))
            return answer

        return asked

    async def start(self) -> None:
        """Hear what is answered, and nothing else. Raises ConnectionError."""
        self.bus.link.want(self.bus.channels.node(self.bus.id))
        await self.bus.link.start()
        if not self.ready:
            raise ConnectionError(AWAY.format(self.bus.link.address))
        await self._keep_as_nodes_do()

    async def _keep_as_nodes_do(self) -> None:
        window = await self.bus.link.call("HGET", self.bus.channels.sequence, "window")
        if self.bus.keeping:
            self.bus.keeping.bound_by(replace(Limits(), recovery_seconds=int(window or 0) / 1000))
            self.bus.keeping.is_on = bool(window)

    def _changed(self, before: State) -> None:
        """Nobody needs to know that this one is there."""


class Emitter(Calls):
    """The calls of `io`."""

    def __init__(self, backplane: Backplane):
        self._backplane = backplane

    @property
    def backplane(self) -> Backplane:
        """What is asked."""
        return self._backplane


@asynccontextmanager
async def emitter(url: str, *, prefix: str = "realtime", user_type: Any = Any) -> AsyncGenerator[Emitter]:
    """`async with emitter(url) as io:` gives the calls of `io` to a worker, a cron job or another app.

    `url` and `prefix` are what the nodes have as REDIS_URL and REDIS_PREFIX; `user_type` is the class that the users of
    `connections` are made of, else they are dicts. Raises ValueError for a wrong URL, and ConnectionError, as each call
    does, if Redis cannot be reached.
    """
    outside = Outside(url, prefix, user_type)
    try:
        await outside.start()
        yield Emitter(outside)
    finally:
        await outside.stop()
