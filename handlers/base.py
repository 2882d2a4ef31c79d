"""What every handler inherits: JSON in and out, one shape of error, and who is asking."""

import functools
import logging

import orjson
from tornado.web import HTTPError, StaticFileHandler

from engine.http import json_body
from engine.http.cross_origin import CrossOriginHandler
from engine.http.forms import Form, validated
from engine.http.limited_body import LimitedBodyHandler
from handlers.errors import ApiError, answer_to
from handlers.security_headers import PAGE, SecurityHeadersHandler
from models import DatabaseAway
from models.errors import Forbidden, ModelError, Unauthenticated

JSON = "application/json; charset=utf-8"
MISSING = "Missing or invalid credentials"
log = logging.getLogger(__name__)


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


class BaseHandler(CrossOriginHandler, SecurityHeadersHandler, LimitedBodyHandler):
    """Inherit from this: `self.current_user`, `self.db`, `self.form(Model)`, `self.write(a dict or a list)`."""

    # A handler that does without sets it to False; the others answer 503 at once while it is away.
    needs_database = True

    @property
    def db(self):
        """The database, for models."""
        return self.settings["db"]

    @property
    def client_address(self) -> str:
        """Where the request comes from, behind the proxies that TRUSTED_PROXIES names."""
        return self.settings["proxies"].address(self.request)

    def form(self, model: type[Form]) -> Form:
        """The body as a `model`. Raises ApiError 400 that names the fields which do not fit, and DatabaseAway."""
        self.check_database()
        return validated(model, json_body.parse(bytes(self.body)))

    def query(self, model: type[Form]) -> Form:
        """The query string as a `model`. Raises what `form` raises."""
        self.check_database()
        return validated(model, {name: self.get_query_argument(name) for name in self.request.query_arguments})

    def write(self, chunk):
        """Writes a dict or a list as JSON; times become ISO 8601 in UTC."""
        if isinstance(chunk, dict | list):
            self.set_header("Content-Type", JSON)
            chunk = orjson.dumps(chunk, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)
        super().write(chunk)

    async def prepare(self):
        """Sets current_user and session_id, or `refusal`: why there is none. Routes open to everyone do not mind."""
        self.current_user, self.refusal = None, ApiError(401, MISSING, details={"code": "token_missing"})
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

    def check_database(self):
        """Raises DatabaseAway at once where `prepare` has found that it is."""
        if isinstance(self.refusal, DatabaseAway):
            raise self.refusal

    def send_error(self, status_code: int = 500, **kwargs):
        error = kwargs.get("exc_info", (None, None, None))[1]
        answer = answer_to(error, status_code)
        super().send_error(answer.status_code, answer=answer)

    def write_error(self, status_code: int, answer: ApiError, **kwargs):
        for name, value in answer.headers().items():
            self.set_header(name, value)
        if status_code == 405:
            self.set_header("Allow", self.methods())
        body = answer.envelope()
        self.set_header("Content-Type", JSON)
        self.set_header("Content-Length", len(body))
        self.write(body)

    def log_exception(self, kind, error, traceback):
        """An error that has an answer is the client's; any other is ours, and logged once."""
        if not isinstance(error, HTTPError | ModelError | DatabaseAway):
            where = (self.request.method, self.request.path)
            log.error("%s %s failed", *where, exc_info=(kind, error, traceback))


class NotFoundHandler(BaseHandler):
    """What no route matches."""

    needs_database = False

    def not_found(self):
        raise ApiError(404)

    head = get = post = put = patch = delete = options = not_found


class FileHandler(BaseHandler, StaticFileHandler):
    """The page's files, with errors in the envelope. Browsers ask each time whether a file has changed."""

    needs_database = False
    content_security_policy = PAGE

    def validate_absolute_path(self, root, absolute_path):
        try:
            return super().validate_absolute_path(root, absolute_path)
        except ValueError:  # a NUL in the name
            raise ApiError(404) from None

    def set_extra_headers(self, path):
        self.set_header("Cache-Control", "no-cache")
