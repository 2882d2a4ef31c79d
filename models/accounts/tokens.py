"""Access tokens: JSON Web Tokens (RFC 7519), signed with HS256 and nothing else."""

import secrets
import time
from typing import Literal

import jwt
from jwt.types import Options
from pydantic import BaseModel, ConfigDict, ValidationError

from models.accounts.errors import TokenExpired, TokenInvalid

ALGORITHM = "HS256"
ISSUER = "accounts"
SHORTEST_SECRET_BYTES = 32  # RFC 7518, 3.2: a key of the hash's size or more
LONGEST_TOKEN = 4096


class Claims(BaseModel):
    """What an access token says. `id` repeats `sub` for clients of Strapi, which read it; `sid` is the session."""

    model_config = ConfigDict(strict=True, frozen=True)

    id: str
    sub: str
    sid: str
    iat: int
    exp: int
    jti: str
    iss: Literal["accounts"]
    typ: Literal["access"]


class Tokens:
    """Issues and reads access tokens that live `lifetime_seconds`. Raises ValueError for a secret under 32 bytes."""

    def __init__(self, secret: str, lifetime_seconds: int):
        self._key = secret.encode()
        self._lifetime = int(lifetime_seconds)
        if len(self._key) < SHORTEST_SECRET_BYTES:
            raise ValueError(f"The secret that signs tokens must have {SHORTEST_SECRET_BYTES} bytes or more")

    def issue(self, user_id: str, session_id: str) -> str:
        """A token for a user in a session, valid from now."""
        now = int(time.time())
        claims = Claims(
            id=user_id,
            sub=user_id,
            sid=session_id,
            iat=now,
            exp=now + self._lifetime,
            jti=secrets.token_urlsafe(16),
            iss=ISSUER,
            typ="access",
        )
        return jwt.encode(claims.model_dump(), self._key, algorithm=ALGORITHM)

    def read(self, token: str) -> Claims:
        """What a token of ours says. Raises TokenExpired or TokenInvalid; one over 4 KB is refused unread."""
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN or not token.isascii():
            raise TokenInvalid
        try:
            # Clocks of two servers differ a little, so a token from the near future is no reason to refuse.
            options: Options = {"require": ["exp", "iat"], "verify_iat": False}
            claims = Claims(**jwt.decode(token, self._key, algorithms=[ALGORITHM], issuer=ISSUER, options=options))
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except (jwt.PyJWTError, ValidationError):
            raise TokenInvalid from None
        if claims.exp - claims.iat > self._lifetime:
            raise TokenInvalid
        return claims
