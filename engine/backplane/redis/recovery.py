"""Recovery on many nodes: who was on one of them comes back to any."""

import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, TypeVar

from engine.backplane.contents import GiveWay
from engine.backplane.interface import Here
from engine.backplane.redis import record_scripts, scripts
from engine.backplane.redis.bus import Bus
from engine.backplane.redis.commands import pack
from engine.backplane.redis.entering import Entering
from engine.backplane.redis.errors import Away
from engine.backplane.redis.fetched import Fetched, Log, lows, moved
from engine.backplane.redis.holdings import Holding, Holdings
from engine.backplane.redis.keeping import Keeping
from engine.backplane.redis.listening import Listening
from engine.backplane.redis.records import Reader, Remote, owner, role
from engine.names import user_room
from engine.recovery.interface import UNKNOWN, Seat, Start
from engine.recovery.position import LONGEST, Position
from engine.recovery.record import Record
from engine.recovery.replay import missed
from engine.wire.message import Message

TRIES = 3
"""How often the logs are read for one client; who is put into further rooms meanwhile needs one more."""
EVENTS_BEYOND = 10
"""Of so many times the events that may be missed the logs are read: not all are a client's."""
T = TypeVar("T")


class InRedis:
    """Keeps in Redis who may come back. As `Recovery`."""

    anybody = False
    """Nobody is away who is known here alone."""

    def __init__(self, bus: Bus, keeping: Keeping, here: Here, listening: Listening, user_type: Any) -> None:
        self._bus, self._keeping, self._here, self._listening = bus, keeping, here, listening
        self._limits, self._reader = here.limits, Reader(user_type)
        self.holdings = Holdings(bus, keeping, here.limits)

    async def find(self, pid: str, user_id: str, session_id: str, user: Any) -> Record | None:
        """As `Recovery.find`."""
        self._here.give_way(pid, user_id, session_id)
        if not (self._is_sound() and len(pid) <= LONGEST and pid.isascii()):
            return None
        self.holdings.write_changed()
        command = scripts.evaluate(record_scripts.TAKE, (self._bus.channels.record(pid),), owner(user_id, session_id))
        taken = await self._at(command, lambda reply: reply)
        if not taken:
            return None
        channel = self._bus.channels.room(user_room(user_id))
        self._bus.publish([channel], GiveWay(pid, user_id, session_id))
        record = self._reader.read(pid, user_id, session_id, *taken)
        if record is None or role(record.admitted) != role(user):
            self.holdings.drop({pid: ""})
            return None
        return record

    def put_back(self, record: Record) -> None:
        """As `Recovery.put_back`."""
        if record.is_taken:
            self.holdings.send(scripts.evaluate(record_scripts.PUT_BACK, (self._bus.channels.record(record.pid),)))

    async def admit(
        self, seat: Seat, record: Record | None, position: Position | None, enter: Callable[[Start], None]
    ) -> None:
        """As `Recovery.admit`."""
        if isinstance(record, Remote):
            if position and await self._enter_again(seat, record, position, enter):
                record.is_taken = False
                return
            self.holdings.drop({record.pid: ""})
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
                await listening.enter_async_context(self._listening.holding(*filter(None, wanted)))
                if not (self._is_sound() and self._listening.is_confirmed(wanted)):
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
        enter(Start(record.pid, messages, self._keeping.marker()))
        self.holdings.take_over(record.pid, Holding(seat, is_ready=True))
        return {}

    async def _enter_anew(self, seat: Seat, enter: Callable[[Start], None]) -> None:
        """Let a client in under a new pid, or under none while Redis is away."""
        pid, holding = f"{seat.id}.{secrets.token_urlsafe(15)}", Holding(seat)

        def begin(number: int | None) -> bool:
            self._keeping.heard(number or 0)
            enter(Start(pid, None, self._keeping.marker()))
            self.holdings.add(pid, holding)
            return True

        has_entered = None
        if self._is_sound():
            try:
                has_entered = await self._at(self.holdings.written(pid, holding, is_new=True), begin)
            finally:
                if not has_entered:
                    self.holdings.drop({pid: ""})
        if not has_entered:
            enter(UNKNOWN)

    def set_up(self, seat: Seat) -> None:
        """As `Recovery.set_up`."""
        self.holdings.set_up(seat)

    def renew(self, seat: Seat) -> Message:
        """As `Recovery.renew`."""
        return self.holdings.renew(seat)

    def ended(self, seat: Seat, recoverable: bool) -> None:
        """As `Recovery.ended`."""
        self.holdings.ended(seat, recoverable)

    async def catch_up(self) -> None:
        """Return once this node has heard of the latest number, or will not soon."""
        number = pack("HGET", self._bus.channels.sequence, "number")
        await self._at(number, lambda reply: self._keeping.heard(int(reply or 0)))

    def forget(
        self, user_id: str, session_id: str | None = None, concerns: Callable[[Any], bool] | None = None
    ) -> None:
        """As `Recovery.forget`. The token of a session that has ended lets nobody in; another role shows by itself."""

    def begin_anew(self) -> None:
        """As `Recovery.begin_anew`."""
        self._keeping.begin_anew()

    async def _at(self, command: bytes, call: Callable[[Any], T]) -> T | None:
        """Do something where the reply to a command stands. None if there is none in time."""
        entering = Entering(call)
        try:
            self._bus.link.send(command, entering)
        except Away:
            return None
        return await entering.done

    def _is_sound(self) -> bool:
        return self._bus.is_here and self._keeping.is_sound()
