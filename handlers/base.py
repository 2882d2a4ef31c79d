"""What every handler of this app inherits: the database, and who is asking."""

import functools
from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

from engine.http.errors import ApiError
from engine.http.handler import Handler
from engine.http.rate_limits import RateLimits, by_address
from engine.mongo import Database, DatabaseAway
from engine.permission import Allow, check_allow, is_allowed
from handlers.errors import ANSWERS
from handlers.limits import LIMITS
from models.accounts.errors import Unauthenticated
from models.accounts.user import User
from models.errors import Forbidden

MISSING = "Missing or invalid credentials"
H = TypeVar("H", bound="BaseHandler")
P = ParamSpec("P")
R = TypeVar("R")
Method = Callable[Concatenate[H, P], R]


def authenticated(method: Method[H, P, R]) -> Method[H, P, R]:
    """Lets a method run only for a user who is logged in; anyone else gets 401."""

    @functools.wraps(method)
    def wrapper(self: H, *args: P.args, **kwargs: P.kwargs) -> R:
        if self.current_user is None:
            raise self.refusal or ApiError(401, MISSING, details={"code": "token_missing"})
        return method(self, *args, **kwargs)

    return wrapper


def allowed(*who: Allow) -> Callable[[Method[H, P, R]], Method[H, P, R]]:
    """`@allowed("cook")` lets a method run only for a cook; anyone else gets 403, and who is not logged in 401.

    `who` is a role of models/roles.py, a function of the user that returns whether they may, or several of these.
    """

    def decorator(method: Method[H, P, R]) -> Method[H, P, R]:
        @functools.wraps(method)
        def wrapper(self: H, *args: P.args, **kwargs: P.kwargs) -> R:
            if not any(is_allowed(self.current_user, each) for each in who):
                raise Forbidden
            return method(self, *args, **kwargs)

        return authenticated(wrapper)

    check_allow(who)
    return decorator


admins_only = allowed("admin")
"""`python -m models admin NAME` makes a user one."""


def limited(name: str) -> Callable[[Method[H, P, Awaitable[None]]], Method[H, P, Awaitable[None]]]:
    """`@limited("messages")`, below @authenticated, lets a method run as often as handlers/limits.py says.

    Then it answers 429, and when to come again. Raises ValueError for a limit that is not there.
    """
    if name not in LIMITS:
        raise ValueError(f'There is no limit "{name}" in handlers/limits.py')

    def decorator(method: Method[H, P, Awaitable[None]]) -> Method[H, P, Awaitable[None]]:
        @functools.wraps(method)
        async def wrapper(self: H, *args: P.args, **kwargs: P.kwargs) -> None:
            await self.limits.spend(name, self.current_user.id if self.current_user else self.network)
            await method(self, *args, **kwargs)

        return wrapper

    return decorator


class BaseHandler(Handler):
    """Inherit from this: `self.current_user`, `self.db`, `self.form(Model)`, `self.write(a dict or a list)`."""

    answers = ANSWERS
    current_user: User
    """Who is asking. Without @authenticated it may be nobody, None."""
    session_id: str = ""
    """In which of their sessions, if somebody is asking."""

    @property
    def db(self) -> Database:
        """The database, for models."""
        return self.settings["db"]

    @property
    def limits(self) -> RateLimits:
        """`await self.limits.spend("votes", room_id)` counts by what you say; it raises ApiError 429 after too many."""
        return self.settings["limits"]

    @property
    def network(self) -> str:
        """Where the request comes from, as limits count it."""
        return by_address(self.client_address)

    async def prepare(self) -> None:
        """Finds out who is asking, or why that can't be told, for `refusal`. Routes open to everyone do not mind."""
        try:
            if self.needs_database and self.request.method != "OPTIONS":
                await self.settings["availability"].check()
                await self.authenticate()
        except (Unauthenticated, DatabaseAway) as error:
            self.refusal = error
        await super().prepare()

    async def authenticate(self) -> None:
        """Sets current_user and session_id by the token, where there is one. Raises Unauthenticated, DatabaseAway."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            access = await self.settings["sessions"].authenticate(token.strip())
            self.current_user, self.session_id = access.user, access.session_id
