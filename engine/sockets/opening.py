"""Running `connection()`: with a time-out, and told to the client when it fails."""

import asyncio
import logging
from typing import Any

from engine.endings import Ending
from engine.loop.guard import guarded
from engine.sockets.socket import Socket

log = logging.getLogger("realtime")


async def run_hook(socket: Socket[Any]) -> bool:
    """Run the hook of a socket; on failure close its transport for now. Returns whether it succeeded."""
    services = socket.services
    with services.hooks.running(socket):
        try:
            async with asyncio.timeout(services.limits.hook_seconds):
                await guarded(services.connection(socket, socket.user))
            if services.recovery:
                services.recovery.set_up(socket)
            return socket.ended is None
        except Exception:
            if socket.ended is None:
                log.exception("connection() failed for user %s; the socket is closed", socket.user_id)
                socket.link.close(Ending.HOOK_FAILED)
            return False
