"""What the sockets of one node share, and ask of it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import AbstractAsyncContextManager
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from engine.accounts import Access, Accounts
from engine.errors import Unavailable
from engine.http.errors import Answers
from engine.hub import Hub
from engine.limits import Limits
from engine.loop.beginning import begin_at_once, begin_soon
from engine.loop.tasks import Tasks
from engine.recovery.interface import Recovery
from engine.sockets.admissions import Admissions
from engine.sockets.handlers import Handlers
from engine.sockets.hook import Hooks
from engine.tokens.revocations import Revocations
from engine.transport.engine_io import EngineIO
from engine.wire.message import Message

T = TypeVar("T")


class Triggers(Protocol):
    """The handlers that `io.server` has, of any namespace."""

    def has_namespace(self, namespace: str) -> bool:
        """Whether clients may connect to it."""
        ...

    def has_handler(self, event: str, namespace: str) -> bool:
        """Whether anything runs for an event."""
        ...

    def trigger(self, event: str, namespace: str, sid: str, *arguments: Any) -> Awaitable[Any]:
        """Run what there is for an event, if there is anything. Raises EventError where there is nothing."""
        ...

    def admit(self, namespace: str, sid: str, environ: dict[str, str], auth: dict[str, Any] | None) -> Awaitable[None]:
        """Ask the `connect` handler of a namespace, if there is one. Raises Rejected where that says no."""
        ...


class Sender(Protocol):
    """What packets reach all nodes by."""

    def send(
        self,
        message: Message,
        rooms: str | Collection[str],
        skip: Collection[str | None] = (),
        volatile: bool = False,
        namespace: str = "/",
    ) -> Awaitable[Any] | None: ...

    def broadcast(
        self, message: Message, skip: Collection[str | None] = (), namespace: str = "/"
    ) -> Awaitable[Any] | None: ...

    async def close(self, room: str, namespace: str = "/") -> None: ...


class Others(Sender, Protocol):
    """What the sockets of a node ask of the other nodes, so as to hear all that these send."""

    @property
    def recovery(self) -> Recovery | None:
        """By what clients come back that have missed something, None for nothing."""
        ...

    def admitting(self, user_id: str) -> AbstractAsyncContextManager[None]:
        """What is sent to the user comes here while this context lives."""
        ...

    async def joining(self, room: str) -> None:
        """Return once it is known what is sent to a room from now on."""
        ...

    async def entered(self, room: str) -> None:
        """Return once what is sent to a room that has a member here comes here."""
        ...


@dataclass(slots=True)
class Services:
    """The parts of a node, as its sockets know it. `connection(socket, user)` is the app's hook, `db` its database.

    `answers` are what clients are told of the errors of handlers.
    """

    limits: Limits
    accounts: Accounts
    connection: Callable[[Any, Any], Awaitable[None]]
    events: Handlers
    db: Any
    answers: Answers
    context: Context
    """What tasks run in: a copy of it each."""
    hub: Hub[Any]
    eio: EngineIO
    server: Triggers
    others: Others
    revocations: Revocations
    admissions: Admissions
    hooks: Hooks = field(default_factory=Hooks)
    tasks: Tasks = field(default_factory=Tasks)
    unfinished: Tasks = field(default_factory=Tasks)
    """What still runs for clients that are gone: hooks and handlers."""

    @property
    def recovery(self) -> Recovery | None:
        """By what clients come back that have missed something, None for nothing."""
        return self.others.recovery

    @property
    def is_anybody_away(self) -> bool:
        """Whether anybody may come back to what they missed."""
        return self.recovery is not None and self.recovery.anybody

    def start(self, coroutine: Coroutine[Any, Any, T], at_once: bool = False) -> asyncio.Task[T]:
        """Run a task that the caller keeps hold of; `at_once` has it run until its first wait where Python can."""
        begin = begin_at_once if at_once else begin_soon
        return begin(coroutine, self.eio.loop, self.context.copy())

    def spawn(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run a task that is held until it is done."""
        task = self.start(coroutine)
        self.tasks.hold(task)
        return task

    async def authenticate(self, token: str) -> Access:
        """Ask the app what a token gives. Raises Refused, and Unavailable, also where the answer takes too long."""
        try:
            async with asyncio.timeout(self.limits.authenticate_seconds):
                return await self.accounts.authenticate(token)
        except (Unavailable, TimeoutError) as error:
            self.eio.readiness.lost()
            raise Unavailable(str(error)) from error
