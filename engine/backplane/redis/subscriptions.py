"""Which channels this process listens to, and what Redis knows of it."""

import asyncio
from collections.abc import Iterable

from engine.backplane.redis.commands import pack

CHANNELS_A_COMMAND = 1000


class Subscriptions:
    """Channels that are wanted, and those that the connection of the moment was asked for. Sends nothing itself.

    What is wanted and given up within one turn of the loop collapses into the final state.
    """

    def __init__(self) -> None:
        self.wanted: set[bytes] = set()
        self._asked: set[bytes] = set()
        self._changed: dict[bytes, None] = {}
        self._unconfirmed: dict[bytes, int] = {}
        self._waiting: dict[bytes, asyncio.Future[None]] = {}

    def want(self, channel: bytes) -> None:
        """Listen to a channel from now on."""
        self.wanted.add(channel)
        self._changed[channel] = None

    def give_up(self, channel: bytes) -> None:
        """Listen to it no more."""
        self.wanted.discard(channel)
        self._changed[channel] = None
        self._wake(channel)

    def begin_anew(self) -> None:
        """There is a new connection, which listens to nothing yet."""
        self._asked.clear()
        self._unconfirmed.clear()
        self._changed = dict.fromkeys(self.wanted)

    def take(self) -> tuple[bytes, bytes]:
        """The commands that make the connection listen as is wanted: those to subscribe, and those to unsubscribe."""
        if not self._changed:
            return b"", b""
        changed, self._changed = self._changed, {}
        new = [channel for channel in changed if channel in self.wanted and channel not in self._asked]
        old = [channel for channel in changed if channel not in self.wanted and channel in self._asked]
        self._asked.update(new)
        self._asked.difference_update(old)
        for channel in new:
            self._unconfirmed[channel] = self._unconfirmed.get(channel, 0) + 1
        return _commands("SUBSCRIBE", new), _commands("UNSUBSCRIBE", old)

    def confirm(self, channel: bytes) -> None:
        """Redis has subscribed the connection to a channel."""
        left = self._unconfirmed.get(channel, 0) - 1
        if left > 0:
            self._unconfirmed[channel] = left
            return
        self._unconfirmed.pop(channel, None)
        self._wake(channel)

    def is_confirmed(self, channel: bytes) -> bool:
        """Whether all that is published from now on comes here."""
        return channel in self._asked and channel not in self._unconfirmed

    def is_held(self, channel: bytes) -> bool:
        """Whether Redis will count the connection as a subscriber when it reads a command that is sent now."""
        return channel in self.wanted or channel in self._asked

    async def confirmed(self, channels: Iterable[bytes]) -> None:
        """Wait until Redis has confirmed every channel that is wanted."""
        for channel in channels:
            while channel in self.wanted and not self.is_confirmed(channel):
                await asyncio.shield(self._future(channel))

    def _wake(self, channel: bytes) -> None:
        if waiting := self._waiting.pop(channel, None):
            waiting.set_result(None)

    def _future(self, channel: bytes) -> "asyncio.Future[None]":
        if channel not in self._waiting:
            self._waiting[channel] = asyncio.get_running_loop().create_future()
        return self._waiting[channel]


def _commands(name: str, channels: list[bytes]) -> bytes:
    portions = [channels[at : at + CHANNELS_A_COMMAND] for at in range(0, len(channels), CHANNELS_A_COMMAND)]
    return b"".join(pack(name, *portion) for portion in portions)
