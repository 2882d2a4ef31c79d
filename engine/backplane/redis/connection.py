"""One connection to Redis: commands out, replies and pushes in (its protocol, RESP3)."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, cast

import hiredis

from engine.backplane.redis.errors import Away, RedisError
from engine.backplane.redis.subscriptions import Subscriptions

UNSENT_BYTES = 32 * 1024 * 1024
"""How much may wait for a Redis that does not read before the connection is given up."""
ANSWER_BYTES = 64 * 1024 * 1024
"""The largest reply that is waited for."""
REPLIES_A_TURN = 500
"""Enough that the loop's own work does not count, few enough that nobody waits long for a burst."""


class Waiting(Protocol):
    """Who waits for the reply to a command. `since` belongs to the link."""

    since: int

    def answered(self, reply: Any) -> None:
        """Redis has replied; the reply may be a hiredis.ReplyError."""
        ...

    def delayed(self) -> None:
        """The reply is late; it may come yet."""
        ...

    def lost(self, why: str) -> None:
        """The connection has ended, so that no reply comes. Whether the command was carried out is not known."""
        ...


class Call:
    """Waits for one reply in `reply`."""

    __slots__ = ("reply", "since")

    def __init__(self) -> None:
        self.since = 0
        self.reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def answered(self, reply: Any) -> None:
        """Give the reply to whoever awaits it."""
        if self.reply.done():
            return
        if isinstance(reply, hiredis.ReplyError):
            self.reply.set_exception(RedisError(str(reply)))
        else:
            self.reply.set_result(reply)

    def delayed(self) -> None:
        """Wait on."""

    def lost(self, why: str) -> None:
        """Tell whoever awaits it."""
        if not self.reply.done():
            self.reply.set_exception(ConnectionResetError(why))


class Connection(asyncio.Protocol):
    """Sends the commands of one turn of the loop in one write, in order. `ended` tells why it is over."""

    def __init__(self, received: Callable[[bytes, bytes], None], lost: Callable[["Connection", str], None]) -> None:
        self.loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[str] = self.loop.create_future()
        self.waiting: deque[Waiting] = deque()
        self._received, self._lost = received, lost
        self._subscriptions: Subscriptions | None = None
        self._transport: asyncio.Transport | None = None
        self._why, self._unfinished = "", 0
        self._out: list[bytes | Callable[[], bytes]] = []
        self._is_due = self._is_reading = False
        self._reader = hiredis.Reader()
        self._next = self._reader.gets

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Nothing is said unasked."""
        self._transport = cast(asyncio.Transport, transport)

    def send(self, command: bytes | Callable[[], bytes], who: Waiting) -> None:
        """Send a packed command, or what it is when it leaves; `who` is told the reply.

        Raises Away once the connection has ended.
        """
        if self.ended.done():
            raise Away
        self.waiting.append(who)
        self._out.append(command)
        if not self._is_due:
            self.flush_soon()

    def is_latest(self, who: Waiting) -> bool:
        """Whether nothing was sent after what this one waits for."""
        return bool(self.waiting) and self.waiting[-1] is who

    async def call(self, command: bytes) -> Any:
        """Send a packed command and return its reply. Raises RedisError, and OSError when the connection is lost."""
        call = Call()
        self.send(command, call)
        return await call.reply

    def listen(self, subscriptions: Subscriptions) -> None:
        """Subscribe what is wanted from now on; `received(channel, message)` is called for all that is published there.

        What is to be subscribed leaves before the commands of the same turn, and the end of a subscription after them.
        """
        subscriptions.begin_anew()
        self._subscriptions = subscriptions
        self.flush_soon()

    def flush_soon(self) -> None:
        """Write at the end of this turn."""
        if not self._is_due:
            self._is_due = True
            self.loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._is_due = False
        before, after = self._subscriptions.take() if self._subscriptions else (b"", b"")
        out, self._out = self._out, []
        if self._transport is not None and not self._transport.is_closing():
            commands = (each if isinstance(each, bytes) else each() for each in out)
            self._transport.write(b"".join((before, *commands, after)))
            if self._transport.get_write_buffer_size() > UNSENT_BYTES:
                self.abort("it reads too slowly")

    def data_received(self, data: bytes) -> None:
        """Take what Redis sends."""
        self._reader.feed(data)
        self._unfinished += len(data)
        if not self._is_reading:
            self._read()

    def _read(self) -> None:
        """Take a portion; what is left comes right after others had their turn."""
        self._is_reading = False
        try:
            for _ in range(REPLIES_A_TURN):
                reply = self._next()
                if reply is False:
                    self._wait_for_more()
                    return
                self._unfinished = 0
                self._take(reply)
        except hiredis.ProtocolError:
            self.abort("what answers there is no Redis")
            return
        self._is_reading = True
        self.loop.call_soon(self._read)

    def _wait_for_more(self) -> None:
        if self._unfinished > ANSWER_BYTES:
            self.abort("its reply is too large")

    def _take(self, reply: Any) -> None:
        if type(reply) is hiredis.PushNotification:
            self._pushed(reply)
        elif self.waiting:
            self.waiting.popleft().answered(reply)
        else:
            # SUBSCRIBE has no reply but pushes, unless it is refused.
            self.abort(str(reply))

    def _pushed(self, push: list[Any]) -> None:
        if push[0] == b"message":
            self._received(push[1], push[2])
        elif push[0] == b"subscribe" and self._subscriptions:
            self._subscriptions.confirm(push[1])

    def abort(self, why: str) -> None:
        """End it without waiting for anything."""
        if self._transport is not None and not self.ended.done():
            self._why = self._why or why
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits."""
        why = self._why or str(exc or "it closed the connection")
        self.ended.set_result(why)
        self._lost(self, why)
        waiting, self.waiting = self.waiting, deque()
        for who in waiting:
            who.lost(why)
