"""What is published in a row on the same channels: Redis numbers, keeps and carries it in one step."""

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Any, NamedTuple, cast

from engine.backplane.messages import InvalidMessage
from engine.backplane.redis.publication import Publication

MOST, MOST_BYTES = 100, 64 * 1024
"""How many messages, and bytes, go together: enough that a step does not count, few enough that it is short."""
NUMBERED, NUMBER = b"RN\x01", Struct(">Q")
"""Before what is kept, with the number of the first message."""
SEVERAL, SIZE = b"RB\x01", Struct(">I")
"""Before several messages, each of which has its size before it."""


class Place(NamedTuple):
    """Where something is published: the keys of the logs that keep it, none if it is not kept, and its channels."""

    logs: tuple[bytes, ...]
    channels: tuple[bytes, ...]


class Bundle:
    """The publications of one place that Redis replies to at once."""

    __slots__ = ("_is_open", "_left", "_messages", "_place", "_publications", "since")

    def __init__(self, place: Place) -> None:
        self.since, self._place, self._is_open, self._left = 0, place, True, MOST_BYTES
        self._messages: list[bytes] = []
        self._publications: list[Publication] = []

    def has_room(self, place: Place, message: bytes) -> bool:
        """Whether a message for this place can leave with what is here."""
        return self._is_open and len(message) <= self._left and len(self._messages) < MOST and place == self._place

    def add(self, message: bytes, publication: Publication) -> None:
        """Have a message be carried as well."""
        self._messages.append(message)
        self._publications.append(publication)
        self._left -= len(message)

    def leave(self) -> list[bytes]:
        """The messages, which are sent now, so that no other can be added."""
        self._is_open = False
        return self._messages

    def answered(self, reply: Any) -> None:
        """Redis has carried all, and perhaps kept it, or nothing."""
        if isinstance(reply, list):
            last, receivers = cast("list[int]", reply)
            for number, publication in enumerate(self._publications, last - len(self._messages) + 1):
                publication.answered([number, receivers])
        else:
            for publication in self._publications:
                publication.answered(reply)

    def delayed(self) -> None:
        """Redis is slow."""
        for publication in self._publications:
            publication.delayed()

    def lost(self, why: str) -> None:
        """Perhaps nothing of it is carried."""
        for publication in self._publications:
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
