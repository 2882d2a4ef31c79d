"""`token:renew`: a client that is connected presents a fresh token, and stays."""

import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, cast

from engine.accounts import Access
from engine.errors import EventError, Refused, Unavailable
from engine.tokens.finding import check_token


class Holder(Protocol):
    """A socket, which holds a token."""

    expires_at: float
    session_id: str | None

    @property
    def user_id(self) -> str: ...

    def identify(self, access: Access) -> None:
        """Hold another one."""
        ...


async def renew(holder: Holder, payload: Any, authenticate: Callable[[str], Awaitable[Access]]) -> dict[str, Any]:
    """Take the token if it may be taken. Returns what the client is answered; `seconds` is None for ever.

    Raises EventError, and whatever `authenticate` raises besides Refused and Unavailable.
    """
    try:
        access = await take(holder, payload, authenticate)
    except Refused as refusal:
        raise EventError("UnauthorizedError", refusal.message, {"code": refusal.code}) from None
    except Unavailable:
        raise EventError("ServiceUnavailableError", "The token could not be checked; try again shortly.") from None
    seconds = None if math.isinf(access.expires_at) else round(access.expires_at - time.time())
    return {"ok": True, "seconds": seconds}


async def take(holder: Holder, payload: Any, authenticate: Callable[[str], Awaitable[Access]]) -> Access:
    """Check the token and let the socket live as long as that. Raises Refused and Unavailable."""
    token = cast(dict[str, Any], payload).get("token") if isinstance(payload, dict) else None
    if not token:
        raise Refused("token_missing", 'Send the new token: socket.emit("token:renew", {token: jwt})')
    access = await authenticate(check_token(token))
    if (str(access.user.id), access.session_id) != (holder.user_id, holder.session_id):
        raise Refused("token_invalid", "This token belongs to another user or session")
    if not access.expires_at > max(time.time(), holder.expires_at):
        raise Refused("token_invalid", "This token does not live longer than the one before it")
    holder.identify(access)
    return access
