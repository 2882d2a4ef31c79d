"""The runs of `connection()` under way, each outdated by what happens meanwhile."""

from collections.abc import Generator, Hashable
from contextlib import contextmanager
from contextvars import ContextVar


class Hook:
    """One run of `connection()`. `outdated` tells who was taken out of which room by others since it began.

    It holds `(room, user_id)`, with None for everybody. The hook's own joins to those are void: the data that it read
    may be older than the leave. A join by others needs no note, as it has put all the user's sockets there itself.
    """

    def __init__(self):
        # Not the socket: what a hook starts, if only a timer, keeps its context and so this for a while.
        self.outdated: set[tuple[str, str | None]] = set()
        self.running = True


current: ContextVar[Hook | None] = ContextVar("connection_hook", default=None)


def is_outdated(room: str, user_id: str) -> bool:
    """Whether the caller is a hook that must not put this user into the room any more."""
    hook = current.get()
    return hook is not None and hook.running and not hook.outdated.isdisjoint({(room, user_id), (room, None)})


class Hooks:
    """The hooks that run at the moment, by their sockets."""

    def __init__(self):
        self.by_socket: dict[Hashable, Hook] = {}

    @contextmanager
    def running(self, socket: Hashable) -> Generator[None]:
        """The hook of a socket runs in here."""
        hook = self.by_socket[socket] = Hook()
        token = current.set(hook)
        try:
            yield
        finally:
            hook.running = False
            current.reset(token)
            del self.by_socket[socket]

    def is_running(self, socket: Hashable) -> bool:
        """Whether the hook of a socket is under way."""
        return socket in self.by_socket

    def left(self, room: str, user_id: str | None = None) -> None:
        """A user, or for None everybody, was taken out of a room: hooks that run know it too late."""
        for hook in self.by_socket.values():
            if current.get() is not hook:
                hook.outdated.add((room, user_id))
