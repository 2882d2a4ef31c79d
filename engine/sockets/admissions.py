"""Handshakes under way, and who was thrown out meanwhile: what the app told of them may be older than that."""

from itertools import takewhile
from typing import Protocol


class Applicant(Protocol):
    """Whose handshake is under way."""

    @property
    def user_id(self) -> str: ...

    @property
    def session_id(self) -> str | None: ...


class Admissions:
    """Counts those who are thrown out, so that a handshake knows which of them it has to heed: those after its begin.

    Nothing is kept that no handshake under way is older than.
    """

    def __init__(self):
        self.number = 0
        self.begun: dict[Applicant, int] = {}
        self.thrown_out: dict[tuple[str, str | None], int] = {}

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

    def throw_out(self, user_id: str, session_id: str | None = None) -> None:
        """A user, or one session of theirs, may not come in by a handshake that is under way."""
        if self.begun:
            self.number += 1
            # The latest come last, for `prune`.
            self.thrown_out.pop((user_id, session_id), None)
            self.thrown_out[user_id, session_id] = self.number

    def is_thrown_out(self, applicant: Applicant) -> bool:
        """Whether this handshake has to be begun anew."""
        concerned = (applicant.user_id, None), (applicant.user_id, applicant.session_id)
        return any(self.thrown_out.get(each, 0) > self.begun[applicant] for each in concerned)

    def prune(self) -> None:
        """Forget what happened before the oldest handshake began."""
        oldest = next(iter(self.begun.values()), self.number)
        for each in [*takewhile(lambda each: self.thrown_out[each] <= oldest, self.thrown_out)]:
            del self.thrown_out[each]
