"""`token:renew`: a client that is connected presents a fresh token, and stays."""

import logging
import math
import time

from engine.errors import EventError, Refused, Unavailable
from engine.loop.guard import guarded
from engine.sockets.dispatch import acknowledge, reject
from engine.tokens.finding import check_token
from engine.wire.packet import single

log = logging.getLogger("realtime")


def start(socket, packet) -> None:
    """Renew beside all else that is handled for this client, which must not make it too late. One at a time."""
    if socket.renewal:
        reject(socket, packet, EventError("RateLimitError", "The renewal before this one is still under way."))
    else:
        socket.renewal = socket.server.spawn(renew(socket, packet))


async def renew(socket, packet) -> None:
    """Take the token if it may be taken, and answer. Whatever goes wrong, the socket is as it was before."""
    try:
        seconds = await guarded(take(socket, single(packet.data[1:])))
        acknowledge(socket, packet, {"ok": True, "seconds": seconds})
        socket.link.look()
    except Refused as refusal:
        reject(socket, packet, EventError("UnauthorizedError", refusal.message, {"code": refusal.code}))
    except Unavailable:
        message = "The token could not be checked; try again shortly."
        reject(socket, packet, EventError("ServiceUnavailableError", message))
    except Exception:
        log.exception("The renewal of a token failed for user %s", socket.user_id)
        reject(socket, packet, EventError("InternalError", "Something went wrong on the server."))
    finally:
        socket.renewal = None


async def take(socket, payload) -> int | None:
    """Check the token and let the socket live as long as that; returns for how many seconds, None for ever.

    Raises Refused and Unavailable.
    """
    token = payload.get("token") if isinstance(payload, dict) else None
    if not token:
        raise Refused("token_missing", 'Send the new token: socket.emit("token:renew", {token: jwt})')
    access = await socket.server.authenticate_client(check_token(token))
    if (str(access.user.id), access.session_id) != (socket.user_id, socket.session_id):
        raise Refused("token_invalid", "This token belongs to another user or session")
    now = time.time()
    if not access.expires_at > max(now, socket.expires_at):
        raise Refused("token_invalid", "This token does not live longer than the one before it")
    socket.identify(access)
    return None if math.isinf(access.expires_at) else round(access.expires_at - now)
