"""Lists of who is there, on their way between nodes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from heapq import merge
from itertools import chain
from typing import Any, NamedTuple, cast

from pydantic import TypeAdapter, ValidationError

from engine.loop.portions import in_portions
from engine.sockets.connected import ConnectedSocket, Connection, Member

PAGE = 500
"""How many users stand in one message."""


class Row(NamedTuple):
    """A Connection whose user is JSON."""

    user_id: str
    user: Any
    sockets: list[tuple[str, datetime, str, list[str]]]


MEMBERS = TypeAdapter(list[Member])
ROWS = TypeAdapter(list[Row])


def pages(items: Sequence[Any]) -> Iterator[tuple[list[Any], bool]]:
    """The items a page at a time, and whether it is the last; there is one at least."""
    for at in range(0, max(1, len(items)), PAGE):
        yield [plain(item) for item in items[at : at + PAGE]], at + PAGE >= len(items)


def plain(item: Any) -> Any:
    """A named tuple, and those inside, as lists."""
    return [plain(part) for part in cast("Iterable[Any]", item)] if isinstance(item, tuple | list) else item


def read_members(page: Any) -> list[Member]:
    """The members of a page; none of one that another version made."""
    try:
        return MEMBERS.validate_python(page)
    except ValidationError:
        return []


def reader_of_connections(user: TypeAdapter[Any]) -> Callable[[Any], list[Connection]]:
    """What reads pages of connections whose users are of a class."""

    def read(page: Any) -> list[Connection]:
        try:
            return [
                Connection(
                    row.user_id, user.validate_python(row.user), [ConnectedSocket(*each) for each in row.sockets]
                )
                for row in ROWS.validate_python(page)
            ]
        except ValidationError:
            return []

    return read


async def merged_members(lists: Iterable[list[Member]]) -> list[Member]:
    """Each user once, with their sockets on all nodes. Many are merged in portions."""
    users: dict[str, Member] = {}
    async for member in in_portions(chain.from_iterable(lists)):
        known = users.setdefault(member.user_id, member)
        if known is not member:
            known.sockets.extend(member.sockets)
    return list(users.values())


async def merged_connections(lists: Iterable[list[Connection]]) -> list[Connection]:
    """Each user once, as of their oldest socket, in the order in which they came. Many are merged in portions."""
    users: dict[str, Connection] = {}
    every = merge(*(sorted(connections, key=_since) for connections in lists), key=_since)
    async for connection in in_portions(every):
        known = users.setdefault(connection.user_id, connection)
        if known is not connection:
            known.sockets.extend(connection.sockets)
        known.sockets.sort(key=lambda socket: socket.since)
    return list(users.values())


def _since(connection: Connection) -> datetime:
    return connection.sockets[0].since
