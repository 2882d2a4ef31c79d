"""Messages to and from other nodes: numbered, in one order, each once."""

import itertools
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from engine.backplane.contents import Content
from engine.backplane.messages import NO_PACKET, Envelope, InvalidMessage, decode, encode, number_of, origin_of
from engine.backplane.redis.address import Address
from engine.backplane.redis.channels import Channels
from engine.backplane.redis.commands import pack, publish
from engine.backplane.redis.counts import Counts
from engine.backplane.redis.errors import Away
from engine.backplane.redis.link import Link
from engine.backplane.redis.publication import Publication
from engine.backplane.redis.refusals import Refusals
from engine.backplane.redis.state import State
from engine.wire.message import Message

MOST_ORIGINS = 1000
"""Whose latest number is known. More than ever publish at one time."""
PUBLISH_ALL = "local n = 0 for i = 2, #ARGV do n = n + redis.call('PUBLISH', ARGV[i], ARGV[1]) end return n"
"""On several channels, with nothing in between, so that nodes on any of them see it at one place."""

log = logging.getLogger("realtime")
Handler = Callable[[Envelope, bytes], None]


def nothing() -> None:
    """What a message that is only for others does here."""


class Bus:
    """One node's place on it; `id` is 8 bytes. `handlers` take what others publish, by its class, with the channel.

    `came_back(number)` is told what this node has published itself and heard on a channel of its own.
    """

    def __init__(self, address: Address, prefix: str, changed: Callable[[State], None]) -> None:
        self.id, self.counts, self.channels = secrets.token_bytes(8), Counts(), Channels(prefix)
        self.link = Link(address, self.receive, changed)
        self.handlers: dict[type[Content], Handler] = {}
        self.heard_from: Callable[[bytes], Any] = nothing_of
        self.came_back: Callable[[int], Any] = nothing_of
        self._numbers, self._refusals = itertools.count(1), Refusals()
        self._latest: dict[bytes, int] = {}

    @property
    def is_here(self) -> bool:
        """Whether Redis is there and answers."""
        return self.link.state is State.HERE

    def publish(
        self,
        channels: Sequence[bytes],
        content: Content,
        message: Message = NO_PACKET,
        carry_out: Callable[[], None] = nothing,
    ) -> Publication:
        """Tell other nodes, and carry it out here in its turn. Raises ValueError for what is too large for Redis."""
        number = next(self._numbers)
        data = encode(self.id, number, content, message)
        publication = Publication(number, carry_out, self.counts, self._refusals)
        self.counts.published += 1
        try:
            self.link.send(_command(channels, data), publication)
        except Away as away:
            publication.lost(str(away))
        else:
            if self.link.state is State.SILENT:
                publication.delayed()
        return publication

    def receive(self, channel: bytes, data: bytes) -> None:
        """Take what was published on one of our channels; what is no message, or was here before, is dropped."""
        if origin_of(data) == self.id:
            self.came_back(number_of(data))
            return
        try:
            envelope = decode(data)
        except InvalidMessage:
            self.counts.dropped += 1
            return
        self.counts.received += 1
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


def _command(channels: Sequence[bytes], data: bytes) -> bytes:
    return publish(channels[0], data) if len(channels) == 1 else pack("EVAL", PUBLISH_ALL, 0, data, *channels)
