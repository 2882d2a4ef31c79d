"""Recovery on many nodes: who was on one of them comes back to any."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from engine.backplane.contents import GiveWay
from engine.backplane.interface import Here
from engine.backplane.redis import records, scripts
from engine.backplane.redis.bus import Bus
from engine.backplane.redis.commands import pack
from engine.backplane.redis.entering import Entering
from engine.backplane.redis.errors import Away
from engine.backplane.redis.fetched import Fetched, Log, lows, moved
from engine.backplane.redis.keeping import Keeping
from engine.backplane.redis.listening import Listening
from engine.backplane.redis.numbered import Numbered
from engine.backplane.redis.records import Reader, Remote, owner
from engine.names import user_room
from engine.recovery.interface import UNKNOWN, Seat, Start
from engine.recovery.position import LONGEST, Position
from engine.recovery.record import Record
from engine.recovery.replay import missed
from engine.wire.message import Message

TRIES = 3
"""How often the logs are read for one client; who is put into further rooms meanwhile needs one more."""
SLACK_SECONDS = 10.0
"""How late a pong may be noticed."""
RECORDS_A_COMMAND = 500
EVENTS_BEYOND = 10
"""Of so many times the events that may be missed the logs are read: not all are a client's."""
T = TypeVar("T")


@dataclass(slots=True)
class Holding:
    """A socket of this node with a pid. Who does not know the word `holder` does not write its record any more.

    It `is_ready` once there is something to come back to.
    """

    seat: Seat
    holder: str
    is_ready: bool


class InRedis:
    """Keeps in Redis who may come back. As `Recovery`."""

    anybody = False
    """Nobody is away who is known here alone."""

    def __init__(self, bus: Bus, keeping: Keeping, here: Here, listening: Listening, user_type: Any) -> None:
        self._bus, self._keeping, self._here, self._listening = bus, keeping, here, listening
        self._limits, self._reader = here.limits, Reader(user_type)
        self._holdings: dict[str, Holding] = {}
        self._changed: dict[str, Holding] = {}

    async def find(self, pid: str, user_id: str, session_id: str, user: Any) -> Record | None:
        """As `Recovery.find`."""
        self._here.give_way(pid, user_id, session_id)
        if not (self._is_sound and len(pid) <= LONGEST and pid.isascii()):
            return None
        self._write_changed()
        command = scripts.evaluate(scripts.TAKE, (self._bus.channels.record(pid),), owner(user_id, session_id))
        taken = await self._at(command, lambda reply: reply)
        if not taken:
            return None
        channel = self._bus.channels.room(user_room(user_id))
        self._bus.publish([channel], GiveWay(pid, user_id, session_id))
        record = self._reader.read(pid, user_id, session_id, *taken)
        if record is None or _role(record.admitted) != _role(user):
            self._drop({pid: ""})
            return None
        return record

    def put_back(self, record: Record) -> None:
        """As `Recovery.put_back`."""
        if record.is_taken:
            self._send(scripts.evaluate(scripts.PUT_BACK, (self._bus.channels.record(record.pid),)))

    async def admit(
        self, seat: Seat, record: Record | None, position: Position | None, enter: Callable[[Start], None]
    ) -> None:
        """As `Recovery.admit`."""
        if isinstance(record, Remote):
            if position and await self._enter_again(seat, record, position, enter):
                record.is_taken = False
                return
            self._drop({record.pid: ""})
        await self._enter_anew(seat, enter)

    async def _enter_again(
        self, seat: Seat, record: Remote, position: Position, enter: Callable[[Start], None]
    ) -> bool:
        """Let a client in that has missed nothing, once this node listens to all of its rooms."""
        if position.epoch != self._keeping.markers.epoch:
            return False
        position = Position(position.epoch, max(position.number, record.stays.begun))
        wanted = lows(record, record.stays, position.number)
        async with AsyncExitStack() as listening:
            for _ in range(TRIES):
                await listening.enter_async_context(self._listening.holding(*wanted))
                if not (self._is_sound and self._listening.is_confirmed(wanted)):
                    return False
                again = partial(self._replay, seat, record, position, enter, wanted)
                lacking = await self._at(self._fetch(wanted), again)
                if not lacking:
                    return lacking is not None
                wanted = wanted | lacking
        return False

    def _fetch(self, wanted: dict[str, int]) -> bytes:
        limits, channels = self._limits, self._bus.channels
        bounds = 2 * limits.replay_bytes, EVENTS_BEYOND * limits.replay_events
        return scripts.evaluate(
            scripts.FETCH, (channels.sequence, *map(channels.log, wanted)), *bounds, *wanted.values()
        )

    def _replay(
        self,
        seat: Seat,
        record: Remote,
        position: Position,
        enter: Callable[[Start], None],
        wanted: dict[str, int],
        reply: Any,
    ) -> dict[str, int] | None:
        """Enter where the logs end. Returns which rooms are lacking for it, None if it cannot be."""
        number, begun, logs = reply or (0, 0, ())
        if not number or position.number < begun:
            return None
        self._keeping.heard(number)
        markers = self._keeping.markers
        rooms = {room: Log(log, wanted[room], markers) for room, log in zip(wanted, logs, strict=True)}
        fetched = Fetched(number, rooms)
        stays = moved(record, fetched)
        # The rooms of a socket, beside its user's.
        if stays is None or len(stays) > self._limits.rooms + 1:
            return None
        now = lows(record, stays, position.number)
        lacking = {room: low for room, low in now.items() if low < wanted.get(room, low + 1)}
        if lacking:
            return lacking
        record.stays.become(stays)
        messages = missed(fetched, record, position.number, self._limits.replay_events, self._limits.missed_bytes)
        if messages is None:
            return None
        enter(Start(record.pid, messages, markers.message(number)))
        holding = self._holdings[record.pid] = Holding(seat, secrets.token_urlsafe(9), True)
        self._send(self._written(record.pid, holding, self._life_seconds, is_new=True))
        return {}

    async def _enter_anew(self, seat: Seat, enter: Callable[[Start], None]) -> None:
        """Let a client in under a new pid, or under none while Redis is away."""
        pid, holding = f"{seat.id}.{secrets.token_urlsafe(15)}", Holding(seat, secrets.token_urlsafe(9), False)

        def begin(number: int | None) -> bool:
            self._keeping.heard(number or 0)
            enter(Start(pid, None, self._keeping.markers.message(self._keeping.number)))
            self._holdings[pid] = holding
            return True

        has_entered = None
        if self._is_sound:
            try:
                has_entered = await self._at(self._written(pid, holding, self._life_seconds, is_new=True), begin)
            finally:
                if not has_entered:
                    self._drop({pid: ""})
        if not has_entered:
            enter(UNKNOWN)

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
                asyncio.get_running_loop().call_soon(self._write_changed)
            self._changed[pid] = holding

    def _write_changed(self) -> None:
        changed, self._changed = self._changed, {}
        for pid, holding in changed.items():
            self._send(self._written(pid, holding, self._life_seconds))

    def renew(self, seat: Seat) -> Message:
        """As `Recovery.renew`."""
        pid = seat.pid or ""
        if holding := self._holdings.get(pid):
            keys = self._bus.channels.record(pid), self._bus.channels.sequence
            life = int(1000 * self._life_seconds)
            command = scripts.evaluate(scripts.RENEW, keys, holding.holder, self._keeping.number, life)
            self._send(command, self._keeping.heard)
        return self._keeping.markers.message(self._keeping.number)

    async def catch_up(self) -> None:
        """Return once this node has heard of the latest number, or will not soon."""
        number = pack("HGET", self._bus.channels.sequence, "number")
        await self._at(number, lambda reply: self._keeping.heard(int(reply or 0)))

    def ended(self, seat: Seat, recoverable: bool) -> None:
        """As `Recovery.ended`."""
        pid = seat.pid or ""
        self._changed.pop(pid, None)
        if not (holding := self._holdings.pop(pid, None)):
            return
        if recoverable:
            holding.is_ready = True
            self._send(self._written(pid, holding, self._limits.recovery_seconds))
        else:
            self._drop({pid: holding.holder})

    def forget(
        self, user_id: str, session_id: str | None = None, concerns: Callable[[Any], bool] | None = None
    ) -> None:
        """As `Recovery.forget`: a token of a session that has ended lets nobody in, and another role shows by itself."""

    def begin_anew(self) -> None:
        """As `Recovery.begin_anew`."""
        self._keeping.begin_anew()

    def lose(self) -> None:
        """The sockets of now have missed what others sent: their clients do not come back to it."""
        holdings, self._holdings = self._holdings, {}
        self._changed.clear()
        self._drop({pid: holding.holder for pid, holding in holdings.items()})

    def _written(self, pid: str, holding: Holding, seconds: float, is_new: bool = False) -> bytes:
        seat, keys = holding.seat, (self._bus.channels.record(pid), self._bus.channels.sequence)
        whose = owner(seat.user_id, seat.session_id)
        life, flags = int(1000 * seconds), (int(holding.is_ready), int(is_new))
        record, as_of = records.write(seat), self._keeping.number
        return scripts.evaluate(scripts.WRITE, keys, holding.holder, whose, flags[0], record, as_of, life, flags[1])

    def _drop(self, holders: dict[str, str]) -> None:
        for portion in _portions(list(holders)):
            keys = tuple(map(self._bus.channels.record, portion))
            self._send(scripts.evaluate(scripts.DROP, keys, *(holders[pid] for pid in portion)))

    def _send(self, command: bytes, heard: Callable[[int], None] | None = None) -> None:
        try:
            self._bus.link.send(command, Numbered(heard or self._keeping.heard))
        except Away:
            pass

    async def _at(self, command: bytes, call: Callable[[Any], T]) -> T | None:
        """Do something where the reply to a command stands. None if there is none in time."""
        entering = Entering(call)
        try:
            self._bus.link.send(command, entering)
        except Away:
            return None
        return await entering.done

    @property
    def _is_sound(self) -> bool:
        return self._bus.is_here and self._keeping.is_sound

    @property
    def _life_seconds(self) -> float:
        """How long a record lives by itself while its client is there."""
        limits = self._limits
        return limits.recovery_seconds + limits.ping_interval_seconds + limits.ping_timeout_seconds + SLACK_SECONDS


def _role(user: Any) -> Any:
    """What a user may be beside who they are."""
    return getattr(user, "role", None)


def _portions(pids: list[str]) -> Iterator[Collection[str]]:
    for at in range(0, len(pids), RECORDS_A_COMMAND):
        yield pids[at : at + RECORDS_A_COMMAND]
