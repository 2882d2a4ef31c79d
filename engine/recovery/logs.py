"""What was sent to rooms lately, in the memory of this process."""

from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from math import inf
from operator import itemgetter
from typing import NamedTuple, Self

from engine.recovery.stays import Stay
from engine.wire.message import Message

EVERYBODY = ""
"""The log of what is sent to everybody; no room has this name."""
ENTRY_BYTES = 200
"""What an entry costs beside its message."""
SPANS = 16
"""When all that is kept is too much, the oldest of so many parts goes, or less."""
NUMBER = itemgetter(0)
"""That of an entry."""


class Entry(NamedTuple):
    """What is kept of a message, the ids of sockets that did not get it, and what it costs.

    The text is None if it was too large. To keep the Message itself costs more than all else that a log does.
    """

    number: int
    text: bytes | None
    marker: bytes
    attachments: Sequence[bytes]
    skip: Collection[str | None]
    size: int

    @classmethod
    def of(cls, number: int, message: Message | None, skip: Collection[str | None], size: int) -> Self:
        """That of a message, which is marked, or of None for one that is too large."""
        if message is None:
            return cls(number, None, b"", (), skip, size)
        # Half of what it costs to call the class by its fields.
        return cls._make((number, message.text, message.marker, message.attachments, skip, size))

    @property
    def message(self) -> Message | None:
        """The message, made anew."""
        if self.text is None:
            return None
        message = Message(self.text, self.attachments)
        if self.marker:
            message.mark(self.marker)
        return message


class Log:
    """What was sent to one room after the number `forgotten`."""

    __slots__ = ("entries", "forgotten")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.forgotten = 0

    def after(self, number: int) -> int:
        """Where the entries begin that have a larger number."""
        return bisect_right(self.entries, number, key=NUMBER)

    def drop(self) -> int:
        """Let go of the oldest entry; returns what it cost."""
        oldest = self.entries.pop(0)
        self.forgotten = oldest.number
        return oldest.size


class Span:
    """A while until the time `end`, its last number, what was kept in it, and the logs of the rooms concerned."""

    __slots__ = ("end", "logs", "newest", "size")

    def __init__(self) -> None:
        self.logs: dict[str, Log] = {}
        self.newest, self.size, self.end = 0, 0, inf


class Logs:
    """The logs of all rooms, within bounds of entries a room, bytes of one message, and bytes of all that is kept.

    What is let go of for its age, or because all of it is too much, is everything up to some number, which is
    `forgotten`; so nothing is left of a room to which nothing was sent since. `newest` is the number of the latest.
    """

    def __init__(self, entries: int, message_bytes: int, total_bytes: int, newest: int = 0) -> None:
        self.newest = self.forgotten = newest
        self.size = 0
        self._entries, self._message_bytes, self._total_bytes = entries, message_bytes, total_bytes
        self._logs: dict[str, Log] = {}
        self._spans: deque[Span] = deque()
        self._span = Span()

    def __bool__(self) -> bool:
        return bool(self._logs)

    def add(self, rooms: Iterable[str], message: Message, skip: Collection[str | None] = ()) -> int:
        """Keep what is sent to some rooms, marked with the number after `newest`; returns that."""
        number = self.newest = self.newest + 1
        span, cost = self._span, ENTRY_BYTES + len(message.frames)
        if cost > self._message_bytes and message.size - len(message.marker) > self._message_bytes:
            cost = ENTRY_BYTES
            entry = Entry.of(number, None, skip, cost)
        else:
            entry = Entry.of(number, message, skip, cost)
        for room in rooms:
            log = span.logs.get(room)
            if log is None:
                log = self._concern(room)
            log.entries.append(entry)
            span.size += cost
            self.size += cost
            if len(log.entries) > self._entries:
                self.size -= log.drop()
        if span.size > self._total_bytes // SPANS:
            self._end_span()
        while self.size > self._total_bytes:
            self._forget(self._spans.popleft())
        return number

    def _concern(self, room: str) -> Log:
        """The log of a room, to which something is sent in this span."""
        log = self._logs.get(room)
        if log is None:
            log = self._logs[room] = Log()
        self._span.logs[room] = log
        return log

    def _end_span(self) -> None:
        self._span.newest = self.newest
        self._spans.append(self._span)
        self._span = Span()

    def let_go(self, now: float, until: float) -> None:
        """Let go of what was sent before a time. To be called every second or so, with the time that it is."""
        if self._span.logs:
            self._end_span()
        for span in reversed(self._spans):
            if span.end <= now:
                break
            span.end = now
        while self._spans and self._spans[0].end <= until:
            self._forget(self._spans.popleft())

    def _forget(self, span: Span) -> None:
        self.forgotten = span.newest
        for room, log in span.logs.items():
            for _ in range(log.after(span.newest)):
                self.size -= log.drop()
            if not log.entries:
                self._logs.pop(room, None)

    def of(self, stay: Stay, after: int) -> Sequence[Entry] | None:
        """What was sent to a room after a number while a stay lasted; None if it is not known whole."""
        after = max(after, stay.joined)
        log = self._logs.get(stay.room)
        if after < self.forgotten or (log and after < log.forgotten):
            return None
        if log is None:
            return ()
        return log.entries[log.after(after) : None if stay.left is None else log.after(stay.left)]
