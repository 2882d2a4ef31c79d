"""Handshakes under way, and who was thrown out meanwhile: what the app told of them may be older than that."""

from itertools import takewhile


class Admissions:
    """Counts those who are thrown out, so that a handshake knows which of them it has to heed: those after its begin.

    Nothing is kept that no handshake under way is older than.
    """

    def __init__(self):
        self.number = 0
        self.begun: dict = {}
        self.thrown_out: dict[tuple, int] = {}

    def __bool__(self):
        return bool(self.begun)

    def begin(self, socket) -> None:
        """A handshake begins."""
        self.begun[socket] = self.number

    def end(self, socket) -> None:
        """It is over."""
        del self.begun[socket]
        if self.thrown_out:
            self.prune()

    def throw_out(self, user_id: str, session_id: str | None = None) -> None:
        """A user, or one session of theirs, may not come in by a handshake that is under way."""
        if self.begun:
            self.number += 1
            # The latest come last, for `prune`.
            self.thrown_out.pop((user_id, session_id), None)
            self.thrown_out[user_id, session_id] = self.number

    def is_thrown_out(self, socket) -> bool:
        """Whether the handshake of this socket has to be begun anew."""
        concerned = (socket.user_id, None), (socket.user_id, socket.session_id)
        return any(self.thrown_out.get(each, 0) > self.begun[socket] for each in concerned)

    def prune(self) -> None:
        """Forget what happened before the oldest handshake began."""
        oldest = next(iter(self.begun.values()), self.number)
        for each in [*takewhile(lambda each: self.thrown_out[each] <= oldest, self.thrown_out)]:
            del self.thrown_out[each]
