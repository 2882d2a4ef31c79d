"""Which answer each error of accounts becomes, as Strapi's users-permissions API has them."""

from models.accounts.errors import (
    AccountBlocked,
    ChangedMeanwhile,
    CodeInvalid,
    EmailNotConfirmed,
    EmailOrUsernameTaken,
    SamePassword,
    TooBusy,
    Unauthenticated,
    WrongCredentials,
    WrongPassword,
)

ACCOUNT_ANSWERS: dict[type[Exception], tuple[int, str]] = {
    EmailOrUsernameTaken: (400, "ApplicationError"),
    WrongCredentials: (400, "ValidationError"),
    WrongPassword: (400, "ValidationError"),
    SamePassword: (400, "ValidationError"),
    CodeInvalid: (400, "ValidationError"),
    AccountBlocked: (400, "ApplicationError"),
    EmailNotConfirmed: (400, "ApplicationError"),
    ChangedMeanwhile: (409, "ConflictError"),
    Unauthenticated: (401, "UnauthorizedError"),
    TooBusy: (503, "ServiceUnavailableError"),
}
