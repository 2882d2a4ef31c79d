"""A place on the backplane without sockets."""

from collections.abc import Collection, Mapping
from typing import Any

from engine.backplane.interface import NOBODY
from engine.errors import NotConnected
from engine.limits import Limits
from engine.sockets.connected import Connection, Member
from engine.wire.message import Message


class Nobody:
    """What a program is to others that only sends."""

    rooms: Mapping[str, Mapping[str, Collection[Any]]] = {}

    @property
    def limits(self) -> Limits:
        """Those of any node."""
        return Limits()

    def has_socket(self, socket_id: str, namespace: str) -> bool:
        """It has none."""
        return False

    def send(
        self,
        message: Message,
        rooms: str | Collection[str],
        skip: Collection[str | None] = NOBODY,
        volatile: bool = False,
        namespace: str = "/",
    ) -> None:
        """Nobody is here."""

    def broadcast(self, message: Message, skip: Collection[str | None] = NOBODY, namespace: str = "/") -> None:
        """Nobody is here."""

    def join(self, user_id: str, rooms: Collection[str]) -> None:
        """Nobody is here."""

    def leave(self, user_id: str, rooms: Collection[str]) -> None:
        """Nobody is here."""

    def close(self, room: str, namespace: str = "/") -> None:
        """Nobody is here."""

    def disconnect(self, user_id: str, reason: str, session_id: str | None = None) -> None:
        """Nobody is here."""

    async def request(self, user_id: str, name: str, event: Message, timeout: float) -> Any:
        """Nobody is here. Raises NotConnected."""
        raise NotConnected("Nobody is connected who could answer.")

    def online(self, user_id: str) -> bool:
        """Nobody is here."""
        return False

    async def members(self, room: str) -> list[Member]:
        """Nobody is here."""
        return []

    async def connections(self) -> list[Connection]:
        """Nobody is here."""
        return []

    def give_way(self, pid: str, user_id: str, session_id: str) -> None:
        """Nobody is here."""

    def resync(self) -> None:
        """Nobody has missed anything."""
