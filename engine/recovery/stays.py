"""When a socket was in which room, by the numbers of what was sent."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

MOST_PAST = 100
"""Stays that have ended are kept for as long as there are not more that ended later."""


class Stay(NamedTuple):
    """In a room a socket gets what has a number after `joined` and, if it has left, up to `left`."""

    room: str
    joined: int
    left: int | None


class Stays(dict[str, int]):
    """The rooms that a socket is in, each with the number of its join, and those that it was in lately."""

    __slots__ = ("begun", "forgotten", "past")

    def __init__(self) -> None:
        self.begun = 0
        """The number after which the socket gets anything."""
        self.past: list[Stay] | None = None
        self.forgotten = 0
        """Of stays that ended up to this number some are not known any more."""

    def enter(self, room: str, number: int) -> None:
        """Join a room, unless the socket is in it."""
        self.setdefault(room, number)

    def leave(self, room: str, number: int) -> None:
        """Leave a room, if the socket is in it."""
        joined = self.pop(room, None)
        if joined is None:
            return
        if self.past is None:
            self.past = []
        self.past.append(Stay(room, joined, number))
        if len(self.past) > MOST_PAST:
            self.forgotten = self.past.pop(0).left or 0

    @classmethod
    def of(cls, rooms: Mapping[str, int], past: Iterable[Stay], begun: int, forgotten: int) -> "Stays":
        """Stays that are known by their parts."""
        stays = cls()
        stays.update(rooms)
        stays.begun, stays.forgotten, stays.past = begun, forgotten, list(past)
        return stays

    def become(self, others: "Stays") -> None:
        """Be as others are."""
        self.clear()
        self.update(others)
        self.begun, self.forgotten, self.past = others.begun, others.forgotten, others.past and list(others.past)

    def copy(self) -> "Stays":
        """The same, to be changed by itself."""
        copy = Stays()
        copy.become(self)
        return copy

    def since(self, number: int) -> Iterator[Stay]:
        """The stays that lasted longer than up to a number."""
        for room, joined in self.items():
            yield Stay(room, joined, None)
        for stay in self.past or ():
            if stay.left is None or stay.left > number:
                yield stay
