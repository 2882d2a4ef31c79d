"""Users of an app without a database: a token is its user's name, or one that is issued for a session of theirs."""

import dataclasses
import math
import time
from itertools import count
from typing import NamedTuple

from engine.errors import Forgotten, Refused, Unavailable


@dataclasses.dataclass(frozen=True)
class Person:
    """A user, and the token that never expires."""

    id: str
    role: str = "cook"

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
    session_id: str | None
    why: str = "You logged out."
    code: str = "revoked"
    outdated: tuple = ()
    """What was read of the user before, for another role; a session that has ended concerns everybody who has it."""

    def concerns(self, user) -> bool:
        """As a socket knows its user."""
        return not self.outdated or user in self.outdated


ANNA, BOB, CARL = Person("anna"), Person("bob"), Person("carl")


async def authenticate(token: str) -> Access:
    """Whose token it is. Raises Refused for one of nobody here."""
    for person in (ANNA, BOB, CARL):
        if token == person.jwt:
            return Access(person)
    raise Refused("token_invalid", "The token is not valid")


class Database:
    """What the app asks whether handshakes can be served."""

    up, asked = True, 0


class Accounts:
    """Users whose tokens never expire. A test may set any of the three."""

    def __init__(self, database: Database | None = None):
        self.database = database or Database()
        self.authenticate = authenticate

    async def ended(self) -> list[Ended]:
        """Nobody's session ends."""
        return []

    async def available(self) -> bool:
        """Whether the database is up."""
        self.database.asked += 1
        return self.database.up


class Office:
    """Issues tokens that expire, and ends sessions; `away` if it can tell nothing of them, as without its database."""

    def __init__(self):
        self.issued: dict[str, Access] = {}
        self.roles: dict[str, Person] = {}
        self.ended: list[Ended] = []
        self.numbers, self.asked, self.away, self.forgotten = count(), 0, False, False

    def issue(self, person: Person, seconds: float = 3600, session: str = "laptop") -> str:
        """A new token, which expires in so many seconds."""
        token = f"{person.id}'s token {next(self.numbers)}"
        self.issued[token] = Access(person, session, time.time() + seconds)
        return token

    def end(self, person: Person, session: str = "laptop", why: str = "You logged out.") -> None:
        """End a session."""
        self.ended.append(Ended(person.id, session, why))

    def change(self, person: Person, why: str = "You are no longer a cook.") -> Person:
        """Give a user another role, and return them as they are from now on."""
        changed = dataclasses.replace(person, role="another")
        self.roles[person.id] = changed
        self.ended.append(Ended(person.id, None, why, "role", (person,)))
        return changed

    async def ended_lately(self) -> list[Ended]:
        """As the app's. Raises Unavailable and Forgotten."""
        self.asked += 1
        if self.away:
            raise Unavailable("no database")
        if self.forgotten:
            self.forgotten = False
            raise Forgotten
        return self.ended

    async def authenticate(self, token: str) -> Access:
        """As the app's. Raises Refused and Unavailable."""
        if self.away:
            raise Unavailable("no database")
        access = self.issued.get(token)
        if access is None:
            return await authenticate(token)
        if access.expires_at <= time.time():
            raise Refused("token_expired", "The token has expired")
        if (access.user.id, access.session_id) in [ended[:2] for ended in self.ended]:
            raise Refused("session_ended", "This session has ended; log in again.")
        return access._replace(user=self.roles.get(access.user.id, access.user))
