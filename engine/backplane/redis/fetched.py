"""What the logs in Redis have of some rooms, and what it says of a socket whose client was away."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from struct import Struct
from typing import NamedTuple

from engine.backplane.contents import Close, Content, Disconnect, Event, Join, Leave
from engine.backplane.messages import InvalidMessage, decode
from engine.backplane.redis.records import Remote
from engine.recovery.logs import ENTRY_BYTES, EVERYBODY, Entry
from engine.recovery.markers import Markers
from engine.recovery.stays import Stay, Stays

HEAD = Struct(">QQQI")


class Change(NamedTuple):
    """Something that was done to rooms or users, and its number."""

    number: int
    content: Content


class Log:
    """What one room's log has after a number. `forgotten` is the number up to which it is not known."""

    def __init__(self, data: Sequence[bytes], low: int, markers: Markers) -> None:
        self.entries: list[Entry] = []
        self.changes: list[Change] = []
        self.forgotten, latest = 0, low
        for each in reversed(data):
            number, previous, _, _ = HEAD.unpack_from(each)
            if previous > latest:
                # Something is missing before this.
                self.forgotten = previous
            latest = number
            self._take(number, each[HEAD.size :], markers)

    def _take(self, number: int, data: bytes, markers: Markers) -> None:
        try:
            envelope = decode(data) if data else None
        except InvalidMessage:
            envelope = None
        if envelope is None:
            self.entries.append(Entry.of(number, None, (), 0))
        elif isinstance(envelope.content, Event):
            envelope.message.mark(markers.text(number))
            size = ENTRY_BYTES + envelope.message.size
            self.entries.append(Entry.of(number, envelope.message, envelope.content.skip, size))
        else:
            self.changes.append(Change(number, envelope.content))


class Fetched:
    """The logs of some rooms up to the number `newest`, each after a number of its own."""

    def __init__(self, newest: int, logs: Mapping[str, Log]) -> None:
        self.newest, self._logs = newest, logs

    def of(self, stay: Stay, after: int) -> Sequence[Entry] | None:
        """As `Logs.of`."""
        after, log = max(after, stay.joined), self._logs.get(stay.room)
        if log is None or after < log.forgotten:
            return None
        until = self.newest if stay.left is None else stay.left
        return [entry for entry in log.entries if after < entry.number <= until]

    def changes(self, after: int) -> Iterator[Change]:
        """What was done after a number, in order."""
        found = [change for log in self._logs.values() for change in log.changes if change.number > after]
        return iter(sorted(found, key=attrgetter("number")))


def lows(record: Remote, stays: Stays, position: int) -> dict[str, int]:
    """From which number on the logs of which rooms are to be known."""
    after = max(position, stays.begun)
    found = {EVERYBODY: after, record.socket_id: after}
    for stay in stays.since(-1):
        low = max(stay.joined, min(record.as_of, position))
        found[stay.room] = min(low, found.get(stay.room, low))
    return found


def moved(record: Remote, fetched: Fetched) -> Stays | None:
    """The stays of a socket by now; None if it was closed for good."""
    stays = record.stays.copy()
    for number, content in fetched.changes(record.as_of):
        if isinstance(content, Join):
            for room in content.rooms:
                stays.enter(room, number)
        elif isinstance(content, Leave):
            for room in content.rooms:
                stays.leave(room, number)
        elif isinstance(content, Close):
            stays.leave(content.room, number)
        elif isinstance(content, Disconnect) and content.session_id in (None, record.session_id):
            return None
    return stays
