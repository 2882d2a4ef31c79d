"""What every handler inherits: JSON in and out, one shape of error, limits, and what browsers are told."""

import logging
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, ClassVar

import orjson
from tornado.web import HTTPError

from engine.http import form_body, json_body
from engine.http.cross_origin import CrossOriginHandler
from engine.http.errors import Answers, ApiError, known_answer
from engine.http.forms import Form, validated
from engine.http.later import Later
from engine.http.limited_body import LimitedBodyHandler
from engine.http.printable import printable
from engine.http.security_headers import SecurityHeadersHandler
from engine.mongo import DatabaseAway

JSON = "application/json; charset=utf-8"
log = logging.getLogger(__name__)


class Handler(CrossOriginHandler, SecurityHeadersHandler, LimitedBodyHandler):
    """`self.form(Model)`, `self.query(Model)`, `self.write(a dict or a list)`; the app's BaseHandler adds to it."""

    # A handler that does without sets it to False; the others answer 503 at once while it is away.
    needs_database = True
    answers: ClassVar[Answers] = {}
    """Which answer each error of the app becomes."""
    refusal: Exception | None = None
    """Why nobody is logged in, for a route that wants somebody: DatabaseAway where it could not be found out."""

    @property
    def client_address(self) -> str:
        """Where the request comes from, behind the proxies that TRUSTED_PROXIES names."""
        return self.settings["proxies"].address(self.request)

    def head(self, *args: Any, **kwargs: Any) -> Any:
        """As `get`, where there is one; Tornado sends what it says of the body, and no body (RFC 9110, 9.3.2)."""
        return self.get(*args, **kwargs)

    def has(self, method: str) -> bool:
        """Whether the handler has a method: HEAD where it has GET."""
        return super().has("get" if method == "head" else method)

    def form(self, model: type[Form]) -> Form:
        """The body, in JSON or form-encoded, as a `model`.

        Raises ApiError 400 that names the fields which do not fit, and DatabaseAway.
        """
        self.check_database()
        body = bytes(self.body)
        is_form = form_body.is_form(self.request.headers.get("Content-Type", ""), body)
        return validated(model, form_body.parse(body) if is_form else json_body.parse(body))

    def query(self, model: type[Form]) -> Form:
        """The query string as a `model`. Raises what `form` raises."""
        self.check_database()
        return validated(model, {name: self.get_query_argument(name) for name in self.request.query_arguments})

    def later(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run, after a moment, what no answer should wait for, or whose time no answer should tell."""
        later: Later = self.settings["later"]
        later.run(coroutine)

    def check_database(self) -> None:
        """Raise DatabaseAway at once where `prepare` has found that it is."""
        if isinstance(self.refusal, DatabaseAway):
            raise self.refusal

    def write(self, chunk: str | bytes | dict[str, Any] | list[Any]) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Write a dict or a list as JSON; times become ISO 8601 in UTC."""
        if isinstance(chunk, dict | list):
            self.set_header("Content-Type", JSON)
            chunk = orjson.dumps(chunk, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)
        super().write(chunk)  # pyright: ignore[reportUnknownMemberType] - Tornado's dict is of anything

    def answer_to(self, error: BaseException | None, status: int) -> ApiError:
        """What the client is told of `error`: of one that nobody foresaw, only that it happened."""
        if isinstance(error, ApiError):
            return error
        return known_answer(error, self.answers) or ApiError(status)

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Called by Tornado with whatever a method has raised."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        answer = self.answer_to(error, status_code)
        super().send_error(answer.status_code, answer=answer)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the envelope of `answer`, or of a status and its reason."""
        answer: ApiError = kwargs.get("answer") or ApiError(status_code, kwargs.get("reason", ""))
        for name, value in answer.headers().items():
            self.set_header(name, value)
        if status_code == 405:
            self.set_header("Allow", self.methods())
        body = answer.envelope()
        self.set_header("Content-Type", JSON)
        self.set_header("Content-Length", len(body))
        self.write(body)

    def log_exception(
        self, typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Log an error that has no answer, once; any other is the client's."""
        if isinstance(value, HTTPError) or known_answer(value, self.answers):
            return
        exception = (typ, value, tb) if typ and value else None
        log.error("%s %s failed", self.request.method, printable(self.request.path), exc_info=exception)


class WholeServerHandler(Handler):
    """What `OPTIONS *` asks for: whether anybody is there (RFC 9110, 9.3.7)."""

    needs_database = False


class NotFoundHandler(Handler):
    """What no route matches."""

    needs_database = False

    def not_found(self) -> None:
        """Answer 404 to whatever method."""
        raise ApiError(404)

    head = get = post = put = patch = delete = options = not_found
