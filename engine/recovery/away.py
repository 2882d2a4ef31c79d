"""Who is away and may come back, in the memory of this process."""

from collections.abc import Callable, Iterable
from typing import Any

from engine.recovery.record import Record

MOST = 50_000
"""How many are kept: the latest."""
MOST_OF_USER = 50
"""How many of one user, so that nobody can have all others forgotten. Redis keeps as many."""


class Away:
    """Their records, in the order in which they left. What is done to the sockets of a user is done to them as well."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._users: dict[str, dict[str, Record]] = {}

    def __bool__(self) -> bool:
        return bool(self._records)

    def keep(self, record: Record) -> None:
        """Keep what a socket was."""
        self._records[record.pid] = record
        own = self._users.setdefault(record.user_id, {})
        own[record.pid] = record
        for records, most in (own, MOST_OF_USER), (self._records, MOST):
            if len(records) > most:
                self.remove(next(iter(records.values())))

    def find(self, pid: str) -> Record | None:
        """The record of a pid."""
        return self._records.get(pid)

    def remove(self, record: Record) -> None:
        """Forget a record, if it is still known."""
        if self._records.get(record.pid) is record:
            del self._records[record.pid]
            own = self._users[record.user_id]
            del own[record.pid]
            if not own:
                del self._users[record.user_id]

    def expire(self, now: float) -> None:
        """Forget those whose time is over."""
        while self._records and (oldest := next(iter(self._records.values()))).until <= now:
            self.remove(oldest)

    def of(self, user_id: str) -> Iterable[Record]:
        """The records of a user."""
        own = self._users.get(user_id)
        return tuple(own.values()) if own else ()

    def join(self, user_id: str, rooms: Iterable[str], number: int, most: int) -> None:
        """Have a user be in rooms from a number on; who would be in too many does not come back."""
        for record in self.of(user_id):
            for room in rooms:
                record.stays.enter(room, number)
            if len(record.stays) > most:
                self.remove(record)

    def leave(self, user_id: str, rooms: Iterable[str], number: int) -> None:
        """Have a user have left rooms."""
        for record in self.of(user_id):
            for room in rooms:
                record.stays.leave(room, number)

    def close(self, room: str, number: int) -> None:
        """Have everybody have left a room."""
        for record in self._records.values():
            record.stays.leave(room, number)

    def forget(self, user_id: str, session_id: str | None, concerns: Callable[[Any], bool] | None) -> None:
        """Forget a user, or one session, where it concerns what the user was."""
        for record in self.of(user_id):
            if session_id in (None, record.session_id) and (concerns is None or concerns(record.admitted)):
                self.remove(record)
