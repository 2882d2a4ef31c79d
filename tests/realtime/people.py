"""Users of an app without a database: a token is its user's name, or one that is issued for a session of theirs."""

import math
import time
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from realtime import Refused


@dataclass(frozen=True)
class Person:
    """A user, and the token that never expires."""

    id: str

    @property
    def jwt(self) -> str:
        return self.id


class Access(NamedTuple):
    """What `authenticate` returns."""

    user: object
    session_id: str | None = None
    expires_at: float = math.inf


class Ended(NamedTuple):
    """One of those that `ended` returns."""

    user_id: str
    session_id: str
    why: str = "You logged out."


ANNA, BOB, CARL = Person("anna"), Person("bob"), Person("carl")


async def authenticate(token: str) -> Access:
    """Whose token it is. Raises Refused for one of nobody here."""
    for person in (ANNA, BOB, CARL):
        if token == person.jwt:
            return Access(person)
    raise Refused("token_invalid", "The token is not valid")


class Office:
    """Issues tokens that expire, and knows which sessions have ended."""

    def __init__(self):
        self.issued: dict[str, Access] = {}
        self.ended: set[str] = set()
        self.numbers = count()

    def issue(self, person: Person, seconds: float = 3600, session: str = "laptop") -> str:
        """A new token, which expires in so many seconds."""
        token = f"{person.id}'s token {next(self.numbers)}"
        self.issued[token] = Access(person, session, time.time() + seconds)
        return token

    async def authenticate(self, token: str) -> Access:
        """As the app's. Raises Refused."""
        access = self.issued.get(token)
        if access is None:
            return await authenticate(token)
        if access.expires_at <= time.time():
            raise Refused("token_expired", "The token has expired")
        if access.session_id in self.ended:
            raise Refused("session_ended", "This session has ended; log in again.")
        return access
