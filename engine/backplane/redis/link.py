"""The connection to Redis that is kept: made anew when it is lost, and probed while nothing is heard."""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any

from engine.backplane.redis.address import Address
from engine.backplane.redis.commands import pack
from engine.backplane.redis.connection import Call, Connection, Waiting
from engine.backplane.redis.errors import Away, RedisError
from engine.backplane.redis.greeting import Server, check, greet
from engine.backplane.redis.state import State
from engine.backplane.redis.subscriptions import Subscriptions

OPEN_SECONDS, SUBSCRIBE_SECONDS = 1.0, 5.0
"""How long connecting may take, logging in included, and then subscribing."""
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 0.5
"""Between two attempts."""
TICK_SECONDS = 0.025
SILENT_TICKS, DEAF_TICKS = 9, 200
"""How old the oldest command may be before Redis counts as silent, which is less than 250 ms, and before the connection
is given up. They are ticks, so that the time for which this process' own loop was busy counts as one."""
PROBE_SECONDS = 3.0
"""How often Redis is asked something for the sake of the answer."""

log = logging.getLogger("realtime")


class Link:
    """One connection at a time. `state` tells how it stands; `changed(before)` is called when that is new.

    `received(channel, message)` is called for all that is published on the channels of `subscriptions`.
    """

    def __init__(
        self, address: Address, received: Callable[[bytes, bytes], None], changed: Callable[[State], None]
    ) -> None:
        self.address, self._received, self._changed = address, received, changed
        self.state, self.subscriptions = State.CLOSED, Subscriptions()
        self.server: Server | None = None
        self._connection: Connection | None = None
        self._refusals: set[str] = set()
        self._tried = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._ticks, self._timer = 0, None

    async def start(self) -> None:
        """Connect, again and again if need be, until `close`; returns after the first attempt, whatever came of it."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._keep()), loop.create_task(self._probe())]
        await self._tried.wait()

    async def close(self) -> None:
        """End it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        if connection := self._connection:
            self._connection = None
            connection.abort("this process has closed it")
        self._become(State.CLOSED)

    def send(self, command: bytes | Callable[[], bytes], who: Waiting) -> None:
        """Send a packed command, or what it is when it leaves; `who` is told the reply. Raises Away."""
        if self._connection is None:
            raise Away
        who.since = self._ticks
        self._connection.send(command, who)
        if self._timer is None:
            self._watch()

    def is_latest(self, who: Waiting) -> bool:
        """Whether nothing was sent after what this one waits for."""
        return self._connection is not None and self._connection.is_latest(who)

    async def call(self, *command: bytes | str | int) -> Any:
        """Send a command and return its reply. Raises Away, RedisError, and OSError when the connection is lost."""
        call = Call()
        self.send(pack(*command), call)
        return await call.reply

    def want(self, channel: bytes) -> None:
        """Listen to a channel from now on; `subscriptions.confirmed` tells when."""
        self.subscriptions.want(channel)
        if self._connection is not None:
            self._connection.flush_soon()

    def give_up(self, channel: bytes) -> None:
        """Listen to it no more."""
        self.subscriptions.give_up(channel)
        if self._connection is not None:
            self._connection.flush_soon()

    async def _keep(self) -> None:
        pause = SHORTEST_PAUSE_SECONDS
        while True:
            try:
                self._connection = await self._open()
            except (OSError, RedisError) as error:
                self._failed(error)
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                pause = SHORTEST_PAUSE_SECONDS
                self._refusals.clear()
                self._become(State.HERE)
                await asyncio.wait([self._connection.ended])

    async def _open(self) -> Connection:
        """A connection that has logged in and subscribed. Raises OSError and RedisError."""
        connection = Connection(self._received, self._lost)
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await self.address.open(lambda: connection)
                self.server = await greet(connection, self.address, self.server)
            await self._subscribe(connection)
        except BaseException:
            connection.abort("it was not wanted any more")
            raise
        return connection

    async def _subscribe(self, connection: Connection) -> None:
        connection.listen(self.subscriptions)
        confirmed = asyncio.ensure_future(self.subscriptions.confirmed(tuple(self.subscriptions.wanted)))
        try:
            await asyncio.wait(
                [confirmed, connection.ended], timeout=SUBSCRIBE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if connection.ended.done():
                raise RedisError(connection.ended.result())
            if not confirmed.done():
                raise TimeoutError
        finally:
            confirmed.cancel()

    def _lost(self, connection: Connection, why: str) -> None:
        if connection is self._connection:
            self._connection = None
            self._become(State.AWAY, why)

    def _failed(self, error: Exception) -> None:
        """Be without Redis, and tell each of its refusals once: somebody has to do something about them."""
        why = "no answer" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
        if isinstance(error, RedisError) and self.state is State.AWAY and why not in self._refusals:
            log.error("Redis at %s refuses: %s", self.address, why)
        self._refusals.add(why)
        self._become(State.AWAY, why)
        self._tried.set()

    def _become(self, state: State, why: str = "") -> None:
        """Be in a state, and tell of it where it is new."""
        before, self.state = self.state, state
        if state is before:
            return
        if state is State.HERE:
            log.info("Redis at %s is here", self.address)
            self._tried.set()
        elif state is State.SILENT:
            log.warning("Redis at %s does not answer; events reach the sockets of this process at once", self.address)
        elif state is State.AWAY:
            log.error("Redis at %s is away (%s); events reach the sockets of this process only", self.address, why)
        self._changed(before)

    async def _probe(self) -> None:
        """Have a command wait again and again, by whose age `_tick` sees that nothing comes back."""
        while True:
            await asyncio.sleep(PROBE_SECONDS)
            try:
                check(await self.call("HELLO"))
            except RedisError as error:
                if self._connection:
                    self._connection.abort(str(error))
            except (Away, OSError):
                pass

    def _watch(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._ticks += 1
        if (connection := self._connection) is None:
            return
        age = self._ticks - connection.waiting[0].since if connection.waiting else 0
        if age >= DEAF_TICKS:
            connection.abort("it has not answered for a while")
        elif age >= SILENT_TICKS:
            self._fall_silent(connection)
        else:
            self._become(State.HERE)
        if connection.waiting:
            self._watch()

    def _fall_silent(self, connection: Connection) -> None:
        if self.state is not State.SILENT:
            self._become(State.SILENT)
            for who in tuple(connection.waiting):
                who.delayed()
