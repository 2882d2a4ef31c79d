"""Refresh tokens: `{session}.{secret}.{mac}`, each good for one use, after which it has a successor.

The successor is made from the one before with a key of the server's (HMAC, RFC 2104), so that an answer which was lost
on the way can be given again, though nothing is kept but hashes. The mac tells a token that once was ours from one
that never was: only the former can be a stolen one.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

from models.accounts.errors import TokenInvalid

LONGEST_TOKEN = 256


class RefreshTokens:
    """Makes and checks refresh tokens. Its keys come from the server's secret."""

    def __init__(self, secret: str):
        self._succession = _mac(secret.encode(), "refresh token, succession")
        self._origin = _mac(secret.encode(), "refresh token, origin")

    def first(self, session_id: str) -> str:
        """The first token of a session."""
        return self._signed(session_id, secrets.token_urlsafe(32))

    def successor(self, token: str) -> str:
        """The token that comes after this one: always the same."""
        return self._signed(token.partition(".")[0], _text(_mac(self._succession, token)))

    def session_id(self, token: str) -> str:
        """The session of a token that was made here, be it used or not. Raises TokenInvalid."""
        if isinstance(token, str) and len(token) <= LONGEST_TOKEN and token.isascii():
            session_id, _, rest = token.partition(".")
            if hmac.compare_digest(token, self._signed(session_id, rest.partition(".")[0])):
                return session_id
        raise TokenInvalid

    def _signed(self, session_id: str, secret: str) -> str:
        body = f"{session_id}.{secret}"
        return f"{body}.{_text(_mac(self._origin, body))}"


def digest(token: str) -> str:
    """What is kept of a token. It holds 256 bits of chance, so a plain hash can't be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
