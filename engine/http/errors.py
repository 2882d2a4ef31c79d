"""Every error as clients see it: one envelope, with a status, a name, a sentence and details."""

from collections.abc import Mapping
from http.client import responses
from typing import Any

import orjson
from tornado.web import HTTPError

from engine.mongo import DatabaseAway

NAMES = {400: "ValidationError", 413: "PayloadTooLargeError", 429: "RateLimitError", 503: "ServiceUnavailableError"}
RETRY_AFTER_SECONDS = 2
Answers = Mapping[type[Exception], tuple[int, str]]
"""Which status and name an error of the app gets, by its class; a class that is not there is answered as its base."""


class ApiError(HTTPError):
    """An error for the client: `raise ApiError(409, "This seat is taken")`. Without a name the status gives it one."""

    def __init__(
        self,
        status: int,
        message: str = "",
        name: str = "",
        details: dict[str, Any] | None = None,
        retry_after: int = RETRY_AFTER_SECONDS,
    ):
        super().__init__(status)
        self.name = name or _name(status)
        self.message = message or _phrase(status)
        self.details = details or {}
        self.retry_after = retry_after

    def envelope(self) -> bytes:
        """`{data: null, error: {status, name, message, details}}` as JSON."""
        error = {"status": self.status_code, "name": self.name, "message": self.message, "details": self.details}
        return orjson.dumps({"data": None, "error": error})

    def headers(self) -> dict[str, str]:
        """What HTTP wants along with this status (RFC 9110, 11.6.1 and 10.2.3)."""
        if self.status_code == 401:
            return {"WWW-Authenticate": "Bearer"}
        if self.status_code in (429, 503):
            return {"Retry-After": str(self.retry_after)}
        return {}


def known_answer(error: BaseException | None, answers: Answers) -> ApiError | None:
    """What the client is told of an error that is in the table, by its class or a base of it; None for any other.

    The text of the error is the message. Its `code`, if it has one, goes into the details, and so does its `field`.
    Of DatabaseAway, whose text is for whoever runs the app, the client is told so much.
    """
    if isinstance(error, DatabaseAway):
        return ApiError(503, "The database is away, try again shortly")
    found = next((answers[kind] for kind in type(error).__mro__ if kind in answers), None)
    if found is None:
        return None
    status, name = found
    details: dict[str, Any] = {}
    if code := getattr(error, "code", ""):
        details["code"] = code
    if field := getattr(error, "field", ""):
        details["errors"] = [{"path": [field], "message": str(error), "name": name}]
    return ApiError(status, str(error), name, details)


def _name(status: int) -> str:
    words = _phrase(status).replace(" ", "").replace("-", "")
    return NAMES.get(status, words if words.endswith("Error") else f"{words}Error")


def _phrase(status: int) -> str:
    return responses.get(status, "Error")
