"""Every error as clients see it: which status and name each of the models' errors gets, and the envelope around it."""

from http.client import responses

import orjson
from tornado.web import HTTPError

from models import DatabaseAway
from models.errors import (
    AccountBlocked,
    CodeInvalid,
    EmailNotConfirmed,
    EmailOrUsernameTaken,
    Forbidden,
    ModelError,
    NotFound,
    SamePassword,
    TooBusy,
    TooMany,
    Unauthenticated,
    WrongCredentials,
    WrongPassword,
)

# A model's new kind of error gets its line here; one that inherits from these needs none.
ANSWERS = {
    EmailOrUsernameTaken: (400, "ApplicationError"),
    TooMany: (400, "ApplicationError"),
    WrongCredentials: (400, "ValidationError"),
    WrongPassword: (400, "ValidationError"),
    SamePassword: (400, "ValidationError"),
    CodeInvalid: (400, "ValidationError"),
    AccountBlocked: (400, "ApplicationError"),
    EmailNotConfirmed: (400, "ApplicationError"),
    Unauthenticated: (401, "UnauthorizedError"),
    Forbidden: (403, "ForbiddenError"),
    NotFound: (404, "NotFoundError"),
    TooBusy: (503, "ServiceUnavailableError"),
}

NAMES = {400: "ValidationError", 413: "PayloadTooLargeError", 429: "RateLimitError"}
RETRY_AFTER_SECONDS = 2


class ApiError(HTTPError):
    """An error for the client: `raise ApiError(409, "This seat is taken")`. Without a name the status gives it one."""

    def __init__(
        self,
        status: int,
        message: str = "",
        name: str = "",
        details: dict | None = None,
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


def answer_to(error: BaseException | None, status: int) -> ApiError:
    """What the client is told of `error`: of one that nobody foresaw, only that it happened."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, DatabaseAway):
        return ApiError(503, "The database is away, try again shortly")
    if isinstance(error, ModelError):
        return _answer_to_model(error)
    return ApiError(status)


def _answer_to_model(error: ModelError) -> ApiError:
    status, name = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
    details = {"code": error.code} if error.code else {}
    if error.field:
        details["errors"] = [{"path": [error.field], "message": str(error), "name": name}]
    return ApiError(status, str(error), name, details)


def _name(status: int) -> str:
    words = _phrase(status).replace(" ", "").replace("-", "")
    return NAMES.get(status, words if words.endswith("Error") else f"{words}Error")


def _phrase(status: int) -> str:
    return responses.get(status, "Error")
