"""From a token to the user behind it: one answer for requests and for sockets."""

from models.errors import NotFound, UserBlocked, UserUnknown
from models.tokens import Tokens
from models.user import User


async def authenticate(db, tokens: Tokens, token: str) -> User:
    """The user whom an access token names, as the database knows them now.

    Raises TokenInvalid, TokenExpired, UserUnknown or UserBlocked, all of them Unauthenticated.
    """
    claims = tokens.read(token)
    try:
        user = await User.get(db, claims.sub)
    except NotFound:
        raise UserUnknown from None
    if user.blocked:
        raise UserBlocked
    return user
