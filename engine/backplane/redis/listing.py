"""Lists of who is there, on their way between nodes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from pydantic import TypeAdapter, ValidationError

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


def merged_members(lists: Iterable[list[Member]]) -> list[Member]:
    """Each user once, with their sockets on all nodes."""
    users: dict[str, Member] = {}
    for member in (member for members in lists for member in members):
        if known := users.get(member.user_id):
            known.sockets.extend(member.sockets)
        else:
            users[member.user_id] = member
    return list(users.values())


def merged_connections(lists: Iterable[list[Connection]]) -> list[Connection]:
    """Each user once, as of their oldest socket, in the order in which they came."""
    users: dict[str, Connection] = {}
    every = (connection for connections in lists for connection in connections)
    for connection in sorted(every, key=lambda connection: connection.sockets[0].since):
        if known := users.get(connection.user_id):
            known.sockets.extend(connection.sockets)
        else:
            users[connection.user_id] = connection
    for connection in users.values():
        connection.sockets.sort(key=lambda socket: socket.since)
    return list(users.values())
