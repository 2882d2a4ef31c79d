"""Who logs in."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from time import time

import jwt

SECRET = "a secret of the benchmark, which guards nothing at all"


@dataclass(frozen=True)
class Users:
    """Who may connect, as (user id, token), and what the server's environment has to hold for it.

    `members` are users who can also log in over HTTP, as (e-mail, password), where the server has that.
    """

    environment: dict[str, str]
    identities: Callable[[], Iterator[tuple[str, str]]]
    members: tuple[tuple[str, str], ...] = ()


def claimed() -> Iterator[tuple[str, str]]:
    """(user id, token) of users that nobody has to look up."""
    now = int(time())
    for number in count(1):
        claims = {"id": f"{number:024x}", "sub": f"{number:024x}", "iat": now, "exp": now + 86400, "typ": "access"}
        yield claims["id"], jwt.encode(claims, SECRET, algorithm="HS256")


@asynccontextmanager
async def invented(count: int) -> AsyncIterator[Users]:
    """Users of the servers that believe the token alone."""
    yield Users({"JWT_SECRET": SECRET}, claimed)
