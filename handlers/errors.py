"""Which answer each error of the models becomes. Yours: a new kind of error gets its line; an heir needs none."""

from engine.http.errors import ApiError
from handlers.accounts.errors import ACCOUNT_ANSWERS
from models.errors import Forbidden, ModelError, NotFound

__all__ = ["ANSWERS", "ApiError"]

ANSWERS: dict[type[Exception], tuple[int, str]] = {
    **ACCOUNT_ANSWERS,
    Forbidden: (403, "ForbiddenError"),
    NotFound: (404, "NotFoundError"),
    ModelError: (400, "ApplicationError"),  # whatever has no line of its own
}
