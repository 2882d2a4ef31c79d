"""The backplane of one process by itself: what is asked of all nodes is asked of this one."""

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from engine.backplane.interface import NOBODY, Here
from engine.recovery.in_memory import InMemory
from engine.recovery.interface import Seat
from engine.recovery.logs import EVERYBODY
from engine.sockets.connected import Connection, Member
from engine.wire.message import Message

AT_ONCE = nullcontext()


class Memory:
    """Does at once what it is asked."""

    ready = True

    def __init__(self, here: Here) -> None:
        self.here = here
        self.recovery = InMemory(here.limits, here.give_way) if here.limits.recovery_seconds else None

    @property
    def number(self) -> int:
        """That of what was sent last."""
        return self.recovery.number if self.recovery else 0

    async def start(self) -> None:
        """There is nobody else."""

    async def stop(self) -> None:
        """There is nobody else; what was kept is of no use any more."""
        if self.recovery:
            self.recovery.stop()

    def opened(self, room: str, namespace: str) -> None:
        """Nobody else needs to know."""

    def emptied(self, room: str, namespace: str) -> None:
        """Nobody else needs to know."""

    def moved(self, socket: Seat) -> None:
        """Nobody else needs to know."""

    async def joining(self, room: str) -> None:
        """The latest number is known."""

    def admitting(self, user_id: str) -> AbstractAsyncContextManager[None]:
        """Nobody else needs to know."""
        return AT_ONCE

    async def entered(self, room: str) -> None:
        """What is sent comes here at once."""

    def send(
        self,
        message: Message,
        rooms: str | Collection[str],
        skip: Collection[str | None] = NOBODY,
        volatile: bool = False,
        namespace: str = "/",
    ) -> None:
        """As `Here.send`."""
        if self.recovery and namespace == "/":
            if volatile:
                self.recovery.mark(message)
            else:
                self.recovery.keep(message, rooms, skip)
        self.here.send(message, rooms, skip, volatile, namespace)

    def broadcast(self, message: Message, skip: Collection[str | None] = NOBODY, namespace: str = "/") -> None:
        """As `Here.broadcast`."""
        if self.recovery and namespace == "/":
            self.recovery.keep(message, EVERYBODY, skip)
        self.here.broadcast(message, skip, namespace)

    async def join(self, user_id: str, rooms: Collection[str]) -> None:
        """As `Here.join`."""
        self.here.join(user_id, rooms)
        if self.recovery:
            self.recovery.join(user_id, rooms)

    async def leave(self, user_id: str, rooms: Collection[str]) -> None:
        """As `Here.leave`."""
        self.here.leave(user_id, rooms)
        if self.recovery:
            self.recovery.leave(user_id, rooms)

    async def close(self, room: str, namespace: str = "/") -> None:
        """As `Here.close`."""
        self.here.close(room, namespace)
        if self.recovery and namespace == "/":
            self.recovery.close(room)

    async def disconnect(self, user_id: str, reason: str, session_id: str | None = None) -> None:
        """As `Here.disconnect`."""
        self.here.disconnect(user_id, reason, session_id)
        if self.recovery:
            self.recovery.forget(user_id, session_id)

    async def request(self, user_id: str, name: str, event: Message, timeout: float) -> Any:
        """As `Here.request`."""
        return await self.here.request(user_id, name, event, timeout)

    async def online(self, user_id: str) -> bool:
        """As `Here.online`."""
        return self.here.online(user_id)

    async def members(self, room: str) -> list[Member]:
        """As `Here.members`."""
        return await self.here.members(room)

    async def connections(self) -> list[Connection]:
        """As `Here.connections`."""
        return await self.here.connections()
