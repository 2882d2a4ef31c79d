"""Recovery within one process: who loses the connection comes back, but not after a restart."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Sequence
from typing import Any

from engine.limits import Limits
from engine.recovery.away import Away
from engine.recovery.interface import Seat, Start
from engine.recovery.logs import Logs
from engine.recovery.markers import Markers
from engine.recovery.position import Position
from engine.recovery.record import Record
from engine.recovery.replay import missed
from engine.wire.message import Message

TICK_SECONDS = 1.0


class InMemory:
    """Numbers what is sent, and keeps it and who is away. `give_way` is as `Here.give_way`."""

    def __init__(self, limits: Limits, give_way: Callable[[str, str, str], None]) -> None:
        self._limits, self._give_way = limits, give_way
        self._timer: asyncio.TimerHandle | None = None
        self.begin(0)

    def begin_anew(self) -> None:
        """As `Recovery.begin_anew`: who was told a position of another epoch begins anew. Numbers go on."""
        self.begin(self.number)

    def begin(self, number: int) -> None:
        """Begin an epoch, the numbers of which follow this one."""
        limits = self._limits
        # Short, for each event carries it: it need only tell this epoch from others of the same process.
        self._markers = Markers(secrets.token_urlsafe(3))
        self._logs = Logs(limits.replay_events, limits.kept_bytes, limits.recovery_bytes, number)
        self._away = Away()

    @property
    def number(self) -> int:
        """That of the latest that was sent."""
        return self._logs.newest

    @property
    def anybody(self) -> bool:
        """As `Recovery.anybody`."""
        return bool(self._away)

    def keep(self, message: Message, rooms: str | Collection[str], skip: Collection[str | None]) -> None:
        """Number and mark what is sent to rooms, or to EVERYBODY, and keep it."""
        names = (rooms,) if isinstance(rooms, str) else dict.fromkeys(rooms)
        message.mark(self._markers.text(self.number + 1))
        self._logs.add(names, message, skip)
        self._watch()

    def mark(self, message: Message) -> None:
        """Mark what is not kept, so that a client does not take the end of it for its position."""
        message.mark(self._markers.text(self.number))

    async def find(self, pid: str, user_id: str, session_id: str, user: Any) -> Record | None:
        """As `Recovery.find`."""
        self._give_way(pid, user_id, session_id)
        self._away.expire(_now())
        record = self._away.find(pid)
        if record is None or record.is_taken or (record.user_id, record.session_id) != (user_id, session_id):
            return None
        record.is_taken = True
        return record

    def put_back(self, record: Record) -> None:
        """As `Recovery.put_back`."""
        record.is_taken = False

    async def admit(
        self, seat: Seat, record: Record | None, position: Position | None, enter: Callable[[Start], None]
    ) -> None:
        """As `Recovery.admit`."""
        start = self._start_again(record, position) if record and position else None
        enter(start or Start(f"{seat.id}.{secrets.token_urlsafe(15)}", None, self._markers.message(self.number)))
        if record:
            self._away.remove(record)

    def _start_again(self, record: Record, position: Position) -> Start | None:
        messages = self._missed(record, position)
        return None if messages is None else Start(record.pid, messages, self._markers.message(self.number))

    def _missed(self, record: Record, position: Position) -> Sequence[Message] | None:
        if self._away.find(record.pid) is not record or position.epoch != self._markers.epoch:
            return None
        limits = self._limits
        return missed(self._logs, record, position.number, limits.replay_events, limits.missed_bytes)

    def set_up(self, seat: Seat) -> None:
        """As `Recovery.set_up`; `ended` is told so as well."""

    def renew(self, seat: Seat) -> Message:
        """As `Recovery.renew`; a socket of this process is its own record."""
        return self._markers.message(self.number)

    def ended(self, seat: Seat, recoverable: bool) -> None:
        """As `Recovery.ended`."""
        if recoverable and seat.pid:
            self._away.keep(Record.of(seat, seat.pid, _now() + self._limits.recovery_seconds))
            self._watch()

    def forget(
        self, user_id: str, session_id: str | None = None, concerns: Callable[[Any], bool] | None = None
    ) -> None:
        """As `Recovery.forget`."""
        self._away.forget(user_id, session_id, concerns)

    def join(self, user_id: str, rooms: Collection[str]) -> None:
        """Have a user who is away be in rooms."""
        # The rooms of a socket, beside its user's.
        self._away.join(user_id, rooms, self.number, self._limits.rooms + 1)

    def leave(self, user_id: str, rooms: Collection[str]) -> None:
        """Have a user who is away have left rooms."""
        self._away.leave(user_id, rooms, self.number)

    def close(self, room: str) -> None:
        """Have everybody who is away have left a room."""
        self._away.close(room, self.number)

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        """Let go of what nobody can come back for any more: somebody silent is as far behind as their last ping."""
        limits, now = self._limits, _now()
        self._timer = None
        self._away.expire(now)
        unnoticed = limits.ping_interval_seconds + limits.ping_timeout_seconds
        self._logs.let_go(now, now - limits.recovery_seconds - unnoticed)
        if self._logs or self._away:
            self._watch()

    def stop(self) -> None:
        """The node ends."""
        if self._timer:
            self._timer.cancel()
            self._timer = None


def _now() -> float:
    return asyncio.get_running_loop().time()
