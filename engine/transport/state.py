"""States that have names, and which of them may follow which."""

from enum import Enum
from typing import Self


class ImpossibleTransition(Exception):
    """A step that no state allows: a bug of ours."""


class State(Enum):
    """A state; it is made of the names of those that may follow it."""

    _followers: frozenset[str]

    def __new__(cls, *followers: str) -> Self:
        state = object.__new__(cls)
        state._value_ = len(cls.__members__)
        state._followers = frozenset(followers)
        return state

    def to(self, next: Self) -> Self:
        """Return the state that comes next. Raises ImpossibleTransition unless it may."""
        if next.name not in self._followers:
            raise ImpossibleTransition(f"{type(self).__name__}: from {self.name} to {next.name}")
        return next
