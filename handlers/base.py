"""What every handler of this app inherits: the database, and who is asking."""

import functools

from engine.http.errors import ApiError
from engine.http.handler import Handler
from engine.mongo import DatabaseAway
from handlers.errors import ANSWERS
from models.accounts.errors import Unauthenticated
from models.errors import Forbidden

MISSING = "Missing or invalid credentials"


def authenticated(method):
    """Lets a method run only for a user who is logged in; anyone else gets 401."""

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        if self.current_user is None:
            raise self.refusal
        return method(self, *args, **kwargs)

    return wrapper


def admins_only(method):
    """Lets a method run only for an admin; `python -m models admin NAME` makes a user one."""

    @authenticated
    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        if self.current_user.role != "admin":
            raise Forbidden
        return method(self, *args, **kwargs)

    return wrapper


class BaseHandler(Handler):
    """Inherit from this: `self.current_user`, `self.db`, `self.form(Model)`, `self.write(a dict or a list)`."""

    answers = ANSWERS

    @property
    def db(self):
        """The database, for models."""
        return self.settings["db"]

    async def prepare(self):
        """Sets current_user and session_id, or `refusal`: why there is none. Routes open to everyone do not mind."""
        self.current_user, self.session_id = None, None
        self.refusal = ApiError(401, MISSING, details={"code": "token_missing"})
        if self.needs_database and self.request.method != "OPTIONS":
            try:
                await self.settings["availability"].check()
                await self.authenticate()
            except (Unauthenticated, DatabaseAway) as error:
                self.refusal = error
        await super().prepare()

    async def authenticate(self):
        """Finds out who is asking. Raises Unauthenticated and DatabaseAway."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            access = await self.settings["sessions"].authenticate(token.strip())
            self.current_user, self.session_id = access.user, access.session_id
