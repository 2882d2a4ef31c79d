"""What a client has missed that comes back."""

from collections.abc import Sequence
from typing import Protocol

from engine.recovery.logs import EVERYBODY, Entry
from engine.recovery.record import Record
from engine.recovery.stays import Stay
from engine.wire.message import Message


class Known(Protocol):
    """What was sent up to the number `newest`; see Logs."""

    @property
    def newest(self) -> int: ...

    def of(self, stay: Stay, after: int) -> Sequence[Entry] | None: ...


def missed(logs: Known, record: Record, position: int, most: int, most_bytes: int) -> Sequence[Message] | None:
    """What a socket would have got after a position if it had stayed, in order, each message once.

    None if not all of it is known, or if it is more than so many messages or bytes.
    """
    after = max(position, record.stays.begun)
    entries = _entries(logs, record, after) if record.stays.forgotten <= after <= logs.newest else None
    if entries is None or len(entries) > most:
        return None
    messages = [entries[number].message for number in sorted(entries)]
    known = [message for message in messages if message]
    return known if len(known) == len(messages) and sum(each.size for each in known) <= most_bytes else None


def _entries(logs: Known, record: Record, after: int) -> dict[int, Entry] | None:
    found: dict[int, Entry] = {}
    own = (Stay(room, after, None) for room in (EVERYBODY, record.socket_id))
    for stay in (*own, *record.stays.since(after)):
        entries = logs.of(stay, after)
        if entries is None:
            return None
        found.update((entry.number, entry) for entry in entries if record.socket_id not in entry.skip)
    return found
