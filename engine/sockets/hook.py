"""Running `connection()`: with a time-out, told to the client when it fails, and outdated by what happens meanwhile."""

import asyncio
import logging
from contextvars import ContextVar

from engine.loop.guard import guarded

log = logging.getLogger("realtime")
current: ContextVar = ContextVar("connection_hook", default=None)


class Hook:
    """One run of `connection()`. `outdated` tells who was taken out of which room by others since it began.

    It holds `(room, user_id)`, with None for everybody. The hook's own joins to those are void: the data that it read
    may be older than the leave. A join by others needs no note, as it has put all the user's sockets there itself.
    """

    def __init__(self):
        # Not the socket: what a hook starts, if only a timer, keeps its context and so this for a while.
        self.outdated, self.running = set(), True


def is_outdated(room: str, user_id: str) -> bool:
    """Whether the caller is a hook that must not put this user into the room any more."""
    hook = current.get()
    return hook is not None and hook.running and not hook.outdated.isdisjoint({(room, user_id), (room, None)})


class Hooks:
    """The hooks that run at the moment."""

    def __init__(self):
        self.by_socket: dict = {}

    async def run(self, socket) -> bool:
        """Run the hook of a socket; on failure close its transport for now. Returns whether it succeeded."""
        hook = self.by_socket[socket] = Hook()
        token = current.set(hook)
        try:
            async with asyncio.timeout(socket.server.limits.hook_seconds):
                await guarded(socket.server.connection(socket, socket.user))
            return socket.ended is None
        except Exception:
            if socket.ended is None:
                log.exception("connection() failed for user %s; the socket is closed", socket.user_id)
                message = "The server could not set this connection up; it may connect again."
                socket.link.end_for_now("hook_failed", message)
            return False
        finally:
            hook.running = False
            current.reset(token)
            del self.by_socket[socket]

    def left(self, room: str, user_id: str | None = None) -> None:
        """A user, or for None everybody, was taken out of a room: hooks that run know it too late."""
        for hook in self.by_socket.values():
            if current.get() is not hook:
                hook.outdated.add((room, user_id))


def is_running(socket) -> bool:
    """Whether the socket's hook is under way."""
    return socket in socket.server.hooks.by_socket
