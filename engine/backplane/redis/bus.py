"""Messages to and from other nodes: numbered, in one order, each once."""

import itertools
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from engine.backplane.contents import Content
from engine.backplane.messages import NO_PACKET, Envelope, InvalidMessage, decode, encode, number_of, origin_of
from engine.backplane.redis.address import Address
from engine.backplane.redis.bundle import Bundle, Place, separate
from engine.backplane.redis.channels import Channels
from engine.backplane.redis.counts import Counts
from engine.backplane.redis.errors import Away
from engine.backplane.redis.keeping import Keeping
from engine.backplane.redis.kept import Kept
from engine.backplane.redis.link import Link
from engine.backplane.redis.publication import Publication
from engine.backplane.redis.refusals import Refusals
from engine.backplane.redis.state import State
from engine.limits import Limits
from engine.wire.message import Message

MOST_ORIGINS = 1000
"""Whose latest number is known. More than ever publish at one time."""

log = logging.getLogger("realtime")
Handler = Callable[[Envelope, bytes], None]


def nothing() -> None:
    """What a message that is only for others does here."""


class Bus:
    """One node's place on it; `id` is 8 bytes. `handlers` take what others publish, by its class, with the channel.

    `came_back(number)` is told what this node has published itself and heard on a channel of its own. `keeping` keeps
    what is published to rooms, None if nothing does.
    """

    def __init__(self, address: Address, prefix: str, limits: Limits, changed: Callable[[State], None]) -> None:
        self.id, self.counts, self.channels = secrets.token_bytes(8), Counts(), Channels(prefix)
        self.link = Link(address, self.receive, changed)
        self.keeping = Keeping(self.channels, limits, self.link.send) if limits.recovery_seconds else None
        self.handlers: dict[type[Content], Handler] = {}
        self.heard_from: Callable[[bytes], Any] = nothing_of
        self.came_back: Callable[[int], Any] = nothing_of
        self._numbers, self._refusals = itertools.count(1), Refusals()
        self._latest: dict[bytes, int] = {}
        self._bundle = Bundle(Place((), ()))

    @property
    def is_here(self) -> bool:
        """Whether Redis is there and answers."""
        return self.link.state is State.HERE

    @property
    def keeps(self) -> bool:
        """Whether what is sent to rooms is kept."""
        return self.keeping is not None and self.keeping.is_on

    def publish(
        self,
        channels: Sequence[bytes],
        content: Content,
        message: Message = NO_PACKET,
        carry_out: Callable[[], None] = nothing,
        rooms: Sequence[str] = (),
    ) -> Publication:
        """Tell other nodes, and carry it out here in its turn; it is kept as what was sent to `rooms`, if any.

        Raises ValueError for what is too large for Redis.
        """
        number = next(self._numbers)
        data = encode(self.id, number, content, message)
        self.counts.published += 1
        publication = Publication(number, carry_out, self.counts, self._refusals)
        logs = tuple(map(self.channels.log, rooms)) if self.keeps else ()
        self._publish(Place(logs, tuple(channels)), data, publication)
        return publication

    def _publish(self, place: Place, data: bytes, publication: Publication) -> None:
        """Send with what was sent right before, if that has not left yet and goes to the same place."""
        bundle = self._bundle
        if bundle.has_room(place, data) and self.link.is_latest(bundle):
            bundle.add(data, publication)
        else:
            bundle = self._bundle = self._begun(place)
            bundle.add(data, publication)
            try:
                self.link.send(bundle.leave, bundle)
            except Away as away:
                bundle.lost(str(away))
        if self.link.state is State.SILENT:
            bundle.delay(publication)

    def _begun(self, place: Place) -> Bundle:
        return Kept(place, self.keeping, self._refusals) if place.logs and self.keeping else Bundle(place)

    def receive(self, channel: bytes, data: bytes) -> None:
        """Take what was published on one of our channels; what is no message, or was here before, is dropped."""
        try:
            for number, message in separate(data):
                self._receive(channel, number, message)
        except InvalidMessage:
            self.counts.dropped += 1

    def _receive(self, channel: bytes, number: int, data: bytes) -> None:
        if origin_of(data) == self.id:
            self.came_back(number_of(data))
            return
        try:
            envelope = decode(data)
        except InvalidMessage:
            self.counts.dropped += 1
            return
        self.counts.received += 1
        if number and self.keeping:
            self.keeping.heard(number)
        if self._is_new(envelope.origin, envelope.number):
            self._handle(envelope, channel)

    def _is_new(self, origin: bytes, number: int) -> bool:
        """Whether it was not here already, on another channel or before a connection was replaced."""
        latest = self._latest.get(origin)
        if latest is None and len(self._latest) >= MOST_ORIGINS:
            del self._latest[next(iter(self._latest))]
        if latest is not None and number <= latest:
            return False
        self._latest[origin] = number
        return True

    def _handle(self, envelope: Envelope, channel: bytes) -> None:
        self.heard_from(envelope.origin)
        try:
            self.handlers[type(envelope.content)](envelope, channel)
        except Exception:
            log.exception("What another node asked for could not be done")


def nothing_of(_: object) -> None:
    """What is done about something that nobody waits for."""
