"""Which sockets of this node may be come back to, and what Redis is to know of them."""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from engine.backplane.redis import record_scripts, records, scripts
from engine.backplane.redis.bus import Bus
from engine.backplane.redis.errors import Away
from engine.backplane.redis.keeping import Keeping
from engine.backplane.redis.numbered import Numbered
from engine.limits import Limits
from engine.recovery import away
from engine.recovery.interface import Seat
from engine.wire.message import Message

SLACK_SECONDS = 10.0
"""How late a pong may be noticed."""
RECORDS_A_COMMAND = 500


@dataclass(slots=True)
class Holding:
    """A socket with a pid. A node that does not know the word `holder` does not write its record any more.

    It `is_ready` once there is something to come back to.
    """

    seat: Seat
    is_ready: bool = False
    holder: str = field(default_factory=lambda: secrets.token_urlsafe(9))


class Holdings:
    """By their pids. What changes within one turn of the loop is written once."""

    def __init__(self, bus: Bus, keeping: Keeping, limits: Limits) -> None:
        self._bus, self._keeping, self._limits = bus, keeping, limits
        self._holdings: dict[str, Holding] = {}
        self._changed: dict[str, Holding] = {}

    def add(self, pid: str, holding: Holding) -> None:
        """A socket was let in, of which Redis knows."""
        self._holdings[pid] = holding

    def take_over(self, pid: str, holding: Holding) -> None:
        """A socket was let in by what another has left behind."""
        self._holdings[pid] = holding
        self.send(self.written(pid, holding, is_new=True))

    def set_up(self, seat: Seat) -> None:
        """As `Recovery.set_up`."""
        if holding := self._holdings.get(seat.pid or ""):
            holding.is_ready = True
            self.moved(seat)

    def moved(self, seat: Seat) -> None:
        """A socket has joined or left a room."""
        pid = seat.pid or ""
        if holding := self._holdings.get(pid):
            if not self._changed:
                asyncio.get_running_loop().call_soon(self.write_changed)
            self._changed[pid] = holding

    def write_changed(self) -> None:
        """Have Redis know by now."""
        changed, self._changed = self._changed, {}
        for pid, holding in changed.items():
            self.send(self.written(pid, holding))

    def renew(self, seat: Seat) -> Message:
        """As `Recovery.renew`."""
        pid = seat.pid or ""
        if holding := self._holdings.get(pid):
            life = int(1000 * self._life_seconds)
            command = scripts.evaluate(
                record_scripts.RENEW, self._keys(pid), holding.holder, self._keeping.number, life
            )
            self.send(command, self._keeping.heard)
        return self._keeping.marker()

    def ended(self, seat: Seat, recoverable: bool) -> None:
        """As `Recovery.ended`."""
        pid = seat.pid or ""
        self._changed.pop(pid, None)
        if not (holding := self._holdings.pop(pid, None)):
            return
        if recoverable:
            holding.is_ready = True
            self.send(self.written(pid, holding, is_away=True))
        else:
            self.drop({pid: holding.holder})

    def lose_all(self) -> None:
        """The sockets of now have missed what others sent: their clients do not come back to it."""
        holdings, self._holdings = self._holdings, {}
        self._changed.clear()
        self.drop({pid: holding.holder for pid, holding in holdings.items()})

    def written(self, pid: str, holding: Holding, *, is_new: bool = False, is_away: bool = False) -> bytes:
        """The command that writes a record. One that is not new is written by its holder alone."""
        seat, seconds = holding.seat, self._limits.recovery_seconds if is_away else self._life_seconds
        return scripts.evaluate(
            record_scripts.WRITE,
            (*self._keys(pid), self._bus.channels.away(seat.user_id)),
            holding.holder,
            records.owner(seat.user_id, seat.session_id),
            int(holding.is_ready),
            records.write(seat),
            self._keeping.number,
            int(1000 * seconds),
            int(is_new),
            away.MOST_OF_USER if is_away else 0,
        )

    def drop(self, holders: dict[str, str]) -> None:
        """Forget records, each as its holder, or as whoever has taken it, which is ""."""
        for pids in _portions(list(holders)):
            keys = tuple(map(self._bus.channels.record, pids))
            self.send(scripts.evaluate(record_scripts.DROP, keys, *(holders[pid] for pid in pids)))

    def send(self, command: bytes, heard: Callable[[int], None] | None = None) -> None:
        """Send a command for which nobody waits."""
        with suppress(Away):
            self._bus.link.send(command, Numbered(heard or _ignored))

    def _keys(self, pid: str) -> tuple[bytes, bytes]:
        return self._bus.channels.record(pid), self._bus.channels.sequence

    @property
    def _life_seconds(self) -> float:
        """How long a record lives by itself while its client is there."""
        limits = self._limits
        return limits.recovery_seconds + limits.ping_interval_seconds + limits.ping_timeout_seconds + SLACK_SECONDS


def _portions(pids: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(pids), RECORDS_A_COMMAND):
        yield pids[at : at + RECORDS_A_COMMAND]


def _ignored(_: int) -> None:
    """Nobody asks for it."""
