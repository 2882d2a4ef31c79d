"""All nodes on one Redis: what is asked of one is done on each that has to do with it."""

import logging
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from engine.backplane.contents import GiveWay
from engine.backplane.interface import Here
from engine.backplane.messages import Envelope
from engine.backplane.redis.address import Address
from engine.backplane.redis.answering import Answering
from engine.backplane.redis.asking import Asking
from engine.backplane.redis.bus import Bus
from engine.backplane.redis.counts import Counts
from engine.backplane.redis.likeness import Likeness
from engine.backplane.redis.listening import Listening
from engine.backplane.redis.peers import Peers
from engine.backplane.redis.questions import Questions
from engine.backplane.redis.recovery import InRedis
from engine.backplane.redis.state import State
from engine.backplane.redis.telling import Telling
from engine.names import user_room
from engine.recovery.interface import Seat

ENTER_SECONDS = 1.0
"""How long a socket that joins a room waits for Redis."""

log = logging.getLogger("realtime")


class RedisBackplane:
    """One node's place among those on a Redis with the same prefix.

    `user_type` is what users are, a dataclass or a pydantic model, which other nodes can make from JSON.
    """

    def __init__(self, here: Here, address: Address, prefix: str, user_type: Any) -> None:
        self._here, self._told = here, 0
        self.bus = Bus(address, prefix, here.limits, self._changed)
        self.peers, self._likeness = Peers(self.bus), Likeness(self.bus, here.limits)
        self._listening = Listening(self.bus, here)
        keeping = self.bus.keeping
        self.recovery = InRedis(self.bus, keeping, here, self._listening, user_type) if keeping else None
        self.bus.handlers[GiveWay] = self._give_way
        self._answering = Answering(self.bus, here, self._listening)
        telling = Telling(self.bus, here)
        asking = Asking(self.bus, here, self._listening, Questions(self.bus, self.peers), user_type)
        self.send, self.broadcast = telling.send, telling.broadcast
        self.join, self.leave, self.close = asking.join, telling.leave, telling.close
        self.disconnect, self.request = telling.disconnect, asking.request
        self.online, self.members, self.connections = asking.online, asking.members, asking.connections

    @property
    def number(self) -> int:
        """That of the latest that this node has heard of, of what is kept."""
        return self.bus.keeping.number if self.bus.keeping else 0

    @property
    def ready(self) -> bool:
        """Whether others hear of what is sent here."""
        return self.bus.is_here

    @property
    def counts(self) -> Counts:
        """What is counted, for whoever watches."""
        return self.bus.counts

    async def start(self) -> None:
        """Begin to hear of others; if Redis is away now, once it comes."""
        self.bus.link.want(self.bus.channels.everybody)
        self.bus.link.want(self.bus.channels.node(self.bus.id))
        self._likeness.start()
        await self.bus.link.start()

    async def stop(self) -> None:
        """Say goodbye."""
        if self.bus.is_here:
            await self.peers.leave().receivers
        self._answering.stop()
        self._likeness.stop()
        await self.bus.link.close()

    def opened(self, room: str, namespace: str) -> None:
        """Listen to a room that has its first member here."""
        self._listening.opened(room)

    def emptied(self, room: str, namespace: str) -> None:
        """Listen no more to a room that has lost its last."""
        self._listening.emptied(room)

    def moved(self, socket: Seat) -> None:
        """Have it known where a socket is, once its client is away."""
        if self.recovery:
            self.recovery.holdings.moved(socket)

    async def joining(self, room: str) -> None:
        """Return once the latest number is known, unless this node listens to a room already, or Redis does not say."""
        if self.recovery and self.bus.is_here and not self._listening.is_heard(room):
            await self.recovery.catch_up()

    def admitting(self, user_id: str) -> AbstractAsyncContextManager[None]:
        """Listen to the room of a user who is about to be let in."""
        return self._listening.holding(user_room(user_id))

    async def entered(self, room: str) -> None:
        """Return once this node listens to a room that has a member here."""
        await self._listening.confirmed([room], ENTER_SECONDS)

    def _changed(self, before: State) -> None:
        if self.bus.link.state is State.AWAY and self.bus.keeping:
            self.bus.keeping.end()
        if self.bus.link.state is not State.HERE:
            return
        if before is State.SILENT:
            self._mend()
            return
        self._begin(before)
        self.peers.greet()
        self._warn_of_policy()
        self._likeness.look()
        self._tell_lost()
        if before is State.AWAY:
            self._here.resync()

    def _begin(self, before: State) -> None:
        server = self.bus.link.server
        if self.recovery and self.bus.keeping and server:
            self.bus.keeping.begin(server)
            if before is State.AWAY:
                self.recovery.holdings.lose_all()

    def _mend(self) -> None:
        if self.bus.keeping and self.bus.keeping.torn:
            self.bus.keeping.mend()

    def _give_way(self, envelope: Envelope, channel: bytes) -> None:
        asked = cast(GiveWay, envelope.content)
        self._here.give_way(asked.pid, asked.user_id, asked.session_id)

    def _warn_of_policy(self) -> None:
        server = self.bus.link.server
        if server and server.policy not in ("noeviction", ""):
            log.warning("Redis may forget what it was told: set its maxmemory-policy to noeviction")

    def _tell_lost(self) -> None:
        """Tell of messages that other nodes may not have got, once."""
        lost, self._told = self.counts.lost - self._told, self.counts.lost
        if lost:
            log.warning("While Redis was away, %d messages may not have reached other nodes", lost)
