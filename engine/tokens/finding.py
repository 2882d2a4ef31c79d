"""The token of a handshake: where it may stand."""

from collections.abc import Mapping
from typing import Any

from engine.errors import Refused

LONGEST_TOKEN = 4096


def request_token(query: Mapping[str, list[bytes]], authorization: str) -> str | None:
    """The token of an HTTP request: query `jwt`, query `token`, then the header `Authorization: Bearer`."""
    for name in ("jwt", "token"):
        if (values := query.get(name)) and values[-1]:
            return values[-1].decode("utf-8", "replace")
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def check_token(token: Any) -> str:
    """Return what a client presents as its token. Raises Refused for what is none."""
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise Refused("token_invalid", "The token is not valid")
    return token


def find_token(auth: Mapping[str, Any] | None, of_request: str | None) -> str:
    """The token of a CONNECT: that of its auth payload (`token`, then `jwt`), else the request's.

    Raises Refused if there is none, or one that is no token at all.
    """
    auth = auth or {}
    for token in (auth.get("token"), auth.get("jwt"), of_request):
        if token is not None and token != "":
            return check_token(token)
    raise Refused("token_missing", "Log in first and connect with your token: io(url, {auth: {token: jwt}})")
