"""The engine with the least app around it. All that the micro-bench knows of the engine stands here.

Another checkout is measured through its own file of this name.
"""

import math
from typing import NamedTuple

from tornado.web import Application

from engine.io import IO
from engine.limits import Limits
from engine.wire.message import Message

NEVER, MILLION = 1e9, 10**6
# Nothing but what is measured shall happen meanwhile: no limit is met, and nothing is done every so often.
LIMITS = Limits(events_per_second=NEVER, ping_interval_seconds=NEVER, ended_seconds=NEVER)


class User(NamedTuple):
    id: str


class Access(NamedTuple):
    user: User
    session_id: str | None = "session"
    expires_at: float = math.inf


class Accounts:
    """A token is its user's id."""

    async def authenticate(self, token: str) -> Access:
        return Access(User(token))

    async def ended(self) -> list:
        return []

    async def available(self) -> bool:
        return True


def marker_bytes(io: IO) -> int:
    """How many bytes follow each event, to tell a client how far it is: with numbers that are all of one length."""
    memory = io.node.backplane
    memory.recovery.begin(MILLION)
    message = Message(b"")
    memory.recovery.mark(message)
    return len(message.frames)


def attached(connection) -> tuple[Application, IO]:
    """An application and the `io` that is attached to it, with this connection hook."""
    app, io = Application(), IO()
    io.attach(app, connection=connection, accounts=Accounts(), limits=LIMITS)
    return app, io
