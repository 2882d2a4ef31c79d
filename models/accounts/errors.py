"""What models of accounts raise; handlers/accounts/errors.py says which answer each becomes."""

from models.errors import ModelError


class EmailOrUsernameTaken(ModelError):
    message = "Email or Username are already taken"


class WrongCredentials(ModelError):
    message = "Invalid identifier or password"


class EmailNotConfirmed(ModelError):
    code = "email_not_confirmed"
    message = "Your account email is not confirmed"


class ChangedMeanwhile(ModelError):
    message = "This account was changed meanwhile, try again"


class WrongPassword(ModelError):
    field = "currentPassword"
    message = "The provided current password is invalid"


class SamePassword(ModelError):
    field = "password"
    message = "Your new password must be different than your current password"


class CodeInvalid(ModelError):
    message = "Incorrect code provided"


class AccountBlocked(ModelError):
    message = "Your account has been blocked by an administrator"


class TooBusy(ModelError):
    message = "The server is busy, try again shortly"


class Unauthenticated(ModelError):
    """Why a token does not say who is asking; the handshake's refusals have the same codes."""

    code = "token_invalid"


class TokenInvalid(Unauthenticated):
    code = "token_invalid"
    message = "The token is not valid"


class TokenExpired(Unauthenticated):
    code = "token_expired"
    message = "The token has expired"


class SessionEnded(Unauthenticated):
    code = "session_ended"
    message = "This session has ended; log in again"


class UserUnknown(Unauthenticated):
    code = "user_unknown"
    message = "The token's user no longer exists"


class UserBlocked(Unauthenticated):
    code = "user_blocked"
    message = AccountBlocked.message
