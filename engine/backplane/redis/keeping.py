"""What is published is numbered and kept in Redis, so that who was away finds it."""

import time
from collections.abc import Callable, Sequence

from engine.backplane.redis import scripts
from engine.backplane.redis.bundle import Place
from engine.backplane.redis.channels import Channels
from engine.backplane.redis.commands import pack
from engine.backplane.redis.connection import Waiting
from engine.backplane.redis.errors import Away
from engine.backplane.redis.greeting import Server
from engine.backplane.redis.numbered import Numbered
from engine.limits import Limits
from engine.recovery.markers import Markers
from engine.wire.message import Message

NOWHERE = "away"
"""The epoch of who has not heard of any."""
RUN_LENGTH = 6
"""So much of the id of a run of Redis is the epoch."""


class Keeping:
    """Numbers and keeps, once it is `begun` on a Redis. `number` is the latest that this node has heard of.

    It is `torn` by what is not kept, or in another order than it was sent to clients here. Nobody comes back then until
    that is mended: it begins anew, and no position of before counts.
    """

    def __init__(self, channels: Channels, limits: Limits, send: Callable[[bytes, Waiting], None]) -> None:
        self._channels, self.send = channels, send
        self.number, self.markers = 0, Markers(NOWHERE)
        self.is_on, self.begun, self.torn = True, False, False
        self._run = ""
        self.bound_by(limits)

    def bound_by(self, limits: Limits) -> None:
        """Keep as much, and as long, as this says."""
        self.limits, self._script = limits, scripts.keep(limits)
        self._key = b"$%d\r\n%b\r\n" % (len(self._channels.sequence), self._channels.sequence)
        self._evalsha = b"$7\r\nEVALSHA\r\n$40\r\n%b\r\n" % scripts.digest(self._script).encode()

    def begin(self, server: Server) -> None:
        """There is a connection to a Redis, on which nothing was sent yet. One that may forget keys keeps nothing."""
        self._run, self.is_on = server.run, server.policy in ("noeviction", "")
        self.markers = Markers(server.run[:RUN_LENGTH] or NOWHERE)
        self.send(pack("SCRIPT", "LOAD", self._script), Numbered(_ignored))
        self.mend()

    def mend(self) -> None:
        """Go on with the sequence, or begin it anew if anything is torn."""
        window, torn, self.begun = int(1000 * self.limits.recovery_seconds), self.torn, False
        command = scripts.evaluate(scripts.BEGIN, (self._channels.sequence,), self._run, window, int(torn))
        self.torn = False
        try:
            self.send(command, Numbered(self._begun, self.tear))
        except Away:
            self.tear()

    def is_sound(self) -> bool:
        """Whether somebody may come back now. What is torn begins to be mended."""
        if self.torn and self.is_on:
            self.mend()
        return self.begun and self.is_on

    def _begun(self, number: int) -> None:
        self.begun = not self.torn
        self.heard(number)

    def end(self) -> None:
        """The connection is lost: who hears something from now on has perhaps missed something before it."""
        self.markers, self.begun = Markers(NOWHERE), False

    def tear(self) -> None:
        """Something is not kept, or in another order than it was sent here."""
        self.torn, self.begun = True, False

    def begin_anew(self) -> None:
        """Have no position of before count; if Redis refuses that, it is tried again when somebody comes back."""
        was_torn = self.torn
        self.tear()
        if not was_torn:
            self.mend()

    def heard(self, number: int) -> None:
        """All up to this number that is sent here has come."""
        if number > self.number:
            self.number = number

    def marker(self) -> Message:
        """What tells a client that it has all up to here."""
        return self.markers.message(self.number)

    def mark(self, message: Message) -> None:
        """Have clients know that they have all up to here."""
        message.mark(self.markers.text(self.number))

    def command(self, place: Place, messages: Sequence[bytes]) -> bytes:
        """What keeps and publishes messages, by a script that Redis knows."""
        logs, channels = place
        if len(messages) == len(logs) == len(channels) == 1:
            (data,), (log,), (channel,) = messages, logs, channels
            return b"*9\r\n%b$1\r\n2\r\n%b$%d\r\n%b\r\n$10\r\n%d\r\n$1\r\n1\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (
                self._evalsha, self._key, len(log), log, time.time(), len(data), data, len(channel), channel
            )  # fmt: skip
        head = pack(1 + len(logs), self._channels.sequence, *logs, int(time.time()), len(messages))
        sized = [b"$%d\r\n%b\r\n" % (len(data), data) for data in (*messages, *channels)]
        return b"".join((b"*%d\r\n" % (6 + len(logs) + len(sized)), self._evalsha, head.partition(b"\r\n")[2], *sized))

    def whole(self, place: Place, messages: Sequence[bytes]) -> bytes:
        """The same with the script itself."""
        keys = self._channels.sequence, *place.logs
        return scripts.evaluate(self._script, keys, int(time.time()), len(messages), *messages, *place.channels)


def _ignored(_: int) -> None:
    """Nobody asks for it."""
