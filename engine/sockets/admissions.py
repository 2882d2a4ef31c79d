"""Handshakes under way, and who was thrown out meanwhile: what the app told of them may be older than that."""

from collections.abc import Callable
from itertools import takewhile
from typing import Any, NamedTuple, Protocol


class Applicant(Protocol):
    """Whose handshake is under way."""

    @property
    def user_id(self) -> str: ...

    @property
    def session_id(self) -> str | None: ...

    @property
    def user(self) -> Any:
        """What was read of the user."""
        ...


def everybody(user: Any) -> bool:
    """Whatever was read of the user."""
    return True


class ThrownOut(NamedTuple):
    """When somebody was, and whom it concerns, by what was read of the user."""

    number: int
    concerns: Callable[[Any], bool]


class Admissions:
    """Counts those who are thrown out, so that a handshake knows which of them it has to heed: those after its begin.

    Nothing is kept that no handshake under way is older than.
    """

    def __init__(self):
        self.number = 0
        self.begun: dict[Applicant, int] = {}
        self.thrown_out: dict[tuple[str, str | None, bool], ThrownOut] = {}

    def __bool__(self):
        return bool(self.begun)

    def begin(self, applicant: Applicant) -> None:
        """A handshake begins."""
        self.begun[applicant] = self.number

    def end(self, applicant: Applicant) -> None:
        """It is over."""
        del self.begun[applicant]
        if self.thrown_out:
            self.prune()

    def throw_out(
        self, user_id: str, session_id: str | None = None, concerns: Callable[[Any], bool] = everybody
    ) -> None:
        """A user, or one session of theirs, may not come in by a handshake that is under way, if it `concerns` them."""
        if self.begun:
            self.number += 1
            # Who is thrown out whatever they are still is when their role changes; of roles, the latest counts.
            key = user_id, session_id, concerns is everybody
            # The latest come last, for `prune`.
            self.thrown_out.pop(key, None)
            self.thrown_out[key] = ThrownOut(self.number, concerns)

    def is_thrown_out(self, applicant: Applicant) -> bool:
        """Whether this handshake has to be begun anew."""
        keys = ((applicant.user_id, session, all) for session in {None, applicant.session_id} for all in (True, False))
        found = (self.thrown_out[key] for key in keys if key in self.thrown_out)
        return any(each.number > self.begun[applicant] and each.concerns(applicant.user) for each in found)

    def prune(self) -> None:
        """Forget what happened before the oldest handshake began."""
        oldest = next(iter(self.begun.values()), self.number)
        for each in [*takewhile(lambda each: self.thrown_out[each].number <= oldest, self.thrown_out)]:
            del self.thrown_out[each]
