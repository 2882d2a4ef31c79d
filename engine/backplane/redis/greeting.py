"""The first words of a connection: who we are, and which Redis this is."""

import re
from typing import Any, NamedTuple, cast

from engine.backplane.redis.address import Address
from engine.backplane.redis.commands import pack
from engine.backplane.redis.connection import Connection
from engine.backplane.redis.errors import RedisError

OLDEST = (6, 2)


class Server(NamedTuple):
    """What is at the other end: `run` differs each time that a Redis starts, `client` is our connection's number."""

    run: str
    client: int
    policy: str
    """What it does when its memory is full."""


async def greet(connection: Connection, address: Address, replaced: Server | None) -> Server:
    """Log in, and have Redis forget the connection that this one replaces, which may look alive to it.

    Raises RedisError, also for a server that is too old or a replica, and OSError.
    """
    login = ("AUTH", address.user or "default", address.password) if address.password else ()
    hello = await connection.call(pack("HELLO", 3, *login, "SETNAME", "realtime"))
    check(hello)
    if address.db:
        await connection.call(pack("SELECT", address.db))
    server = _field(await connection.call(pack("INFO", "server")), "run_id")
    policy = _field(await connection.call(pack("INFO", "memory")), "maxmemory_policy")
    if replaced is not None and replaced.run == server:
        await connection.call(pack("CLIENT", "KILL", "ID", replaced.client))
    return Server(server, hello[b"id"], policy)


def check(hello: object) -> None:
    """Look at the answer to HELLO. Raises RedisError for a server that is of no use."""
    if not isinstance(hello, dict):
        raise RedisError("what answers there is no Redis")
    known = cast("dict[bytes, Any]", hello)
    version = tuple(int(part) for part in re.findall(rb"\d+", known[b"version"])[:2])
    if known[b"server"] == b"redis" and version < OLDEST:
        raise RedisError(f"it is Redis {version[0]}.{version[1]}; {OLDEST[0]}.{OLDEST[1]} or newer is needed")
    if known[b"role"] not in (b"master", b"primary"):
        raise RedisError("it is a replica, from which nobody else would hear")


def _field(info: bytes, name: str) -> str:
    found = re.search(rf"^{name}:(.*)\r$", _text(info), re.MULTILINE)
    return found[1] if found else ""


def _text(info: bytes) -> str:
    return info.decode(errors="replace")
