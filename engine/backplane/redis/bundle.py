"""What is published in a row on the same channels: Redis numbers, keeps and carries it in one step."""

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Any, NamedTuple

from engine.backplane.messages import InvalidMessage
from engine.backplane.redis.commands import pack, publish
from engine.backplane.redis.publication import Publication

MOST, MOST_BYTES = 100, 64 * 1024
"""How many messages, and bytes, go together: enough that a step does not count, few enough that it is short."""
NUMBERED, NUMBER = b"RN\x01", Struct(">Q")
"""Before what is kept, with the number of the first message."""
SEVERAL, SIZE = b"RB\x01", Struct(">I")
"""Before several messages, each of which has its size before it."""
PUBLISH_ALL = "local n = 0 for i = 2, #ARGV do n = n + redis.call('PUBLISH', ARGV[i], ARGV[1]) end return n"
"""On several channels, with nothing in between, so that nodes on any of them see it at one place."""


class Place(NamedTuple):
    """Where something is published: the keys of the logs that keep it, none if it is not kept, and its channels."""

    logs: tuple[bytes, ...]
    channels: tuple[bytes, ...]


class Bundle:
    """The publications of one place that Redis replies to at once."""

    __slots__ = ("_is_open", "_left", "messages", "place", "publications", "since")

    def __init__(self, place: Place) -> None:
        self.since, self.place, self._is_open, self._left = 0, place, True, MOST_BYTES
        self.messages: list[bytes] = []
        self.publications: list[Publication] = []

    def has_room(self, place: Place, message: bytes) -> bool:
        """Whether a message for this place can leave with what is here."""
        return self._is_open and len(message) <= self._left and len(self.messages) < MOST and place == self.place

    def add(self, message: bytes, publication: Publication) -> None:
        """Have a message be carried as well."""
        self.messages.append(message)
        self.publications.append(publication)
        self._left -= len(message)

    def leave(self) -> bytes:
        """The command that carries the messages. It is sent now, so that no other can be added."""
        self._is_open = False
        return self.command()

    def command(self) -> bytes:
        """Publish, and keep nothing."""
        channels, data = self.place.channels, joined(self.messages)
        return publish(channels[0], data) if len(channels) == 1 else pack("EVAL", PUBLISH_ALL, 0, data, *channels)

    def answered(self, reply: Any) -> None:
        """Redis has carried all, or nothing."""
        for publication in self.publications:
            publication.answered(reply)

    def delayed(self) -> None:
        """Redis is slow."""
        for publication in self.publications:
            self.delay(publication)

    def delay(self, publication: Publication) -> None:
        """Redis is slow, also with this one."""
        publication.delayed()

    def lost(self, why: str) -> None:
        """Perhaps nothing of it is carried."""
        for publication in self.publications:
            publication.lost(why)


def joined(data: Sequence[bytes]) -> bytes:
    """One message as it is, or several in one."""
    return data[0] if len(data) == 1 else b"".join((SEVERAL, *(SIZE.pack(len(each)) + each for each in data)))


def separate(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The messages of what came, each with its number, 0 where it is not kept. Raises InvalidMessage at a torn one."""
    number, data = _numbered(data)
    if not data.startswith(SEVERAL):
        yield number, data
        return
    step, at = min(number, 1), len(SEVERAL)
    while at < len(data):
        start = at + SIZE.size
        at = start + SIZE.unpack_from(data, at)[0] if start <= len(data) else len(data) + 1
        if at > len(data):
            raise InvalidMessage("several messages that are cut off")
        yield number, data[start:at]
        number += step


def _numbered(data: bytes) -> tuple[int, bytes]:
    start = len(NUMBERED) + NUMBER.size
    if data.startswith(NUMBERED) and len(data) >= start:
        return NUMBER.unpack_from(data, len(NUMBERED))[0], data[start:]
    return 0, data
