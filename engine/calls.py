"""The calls of `io`: they check names, encode what is sent, and ask the backplane."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from engine.backplane.interface import NOBODY, Backplane
from engine.endings import Ending
from engine.names import check_event, check_room, check_rooms, check_target, check_user, user_room
from engine.sockets import hook
from engine.sockets.connected import Connection, Member
from engine.wire.packet import encode_event


class Calls(ABC):
    """What can be asked of the sockets of an app, wherever they are."""

    user_room = staticmethod(user_room)

    @property
    @abstractmethod
    def backplane(self) -> Backplane:
        """What is asked."""

    async def send(
        self,
        room: str | list[str],
        event: str,
        payload: Any = None,
        *,
        skip: str | None = None,
        volatile: bool = False,
    ) -> None:
        """Send an event to every socket in a room, or in any of a list of rooms (each socket gets it once).

        A tuple payload becomes several arguments; bytes may stand anywhere in it. `skip` is a socket id. `volatile`
        events skip the sockets that are behind. Returns once the event is handed to the sockets' writers.
        Raises ValueError for no room, a reserved event and NaN, TypeError for what JSON cannot hold.
        """
        message = encode_event(check_event(event), payload)
        if waiting := self.backplane.send(message, check_target(room), (skip,) if skip else NOBODY, volatile):
            await waiting

    async def broadcast(self, event: str, payload: Any = None) -> None:
        """Send an event to every connected socket. Raises what `send` raises."""
        if waiting := self.backplane.broadcast(encode_event(check_event(event), payload)):
            await waiting

    async def join(self, user_id: Any, room: str | list[str]) -> None:
        """Put every socket of a user into a room, or into each of a list; a user who is offline is no error.

        Raises TypeError unless the id is a str, int or UUID, ValueError for a room that belongs to a user, or one more
        room than a socket may be in.
        """
        user, rooms = check_user(user_id), check_rooms(room)
        await self.backplane.join(user, [each for each in rooms if not hook.is_outdated(each, user)])

    async def leave(self, user_id: Any, room: str | list[str]) -> None:
        """Take every socket of a user out of a room, or out of each of a list. Raises as `join` for names."""
        await self.backplane.leave(check_user(user_id), check_rooms(room))

    async def settle(self, user_id: Any, room: str, is_member: Callable[[], Awaitable[bool]]) -> bool:
        """Have a user be in a room exactly if `await is_member()`, whoever else changes that at the same time.

        Call it after each change of what `is_member` reads, on whatever server: it asks, joins or leaves, and asks
        again until the answer is the same, so that what the database decided last is what the sockets end with. One who
        was taken out may still hear the room for as long as one of these questions takes. Returns the answer.
        Raises what `join` and `is_member` raise.
        """
        done = None
        while (member := await is_member()) != done:
            await (self.join(user_id, room) if member else self.leave(user_id, room))
            done = member
        return member

    async def close(self, room: str) -> None:
        """Take everybody out of a room. Raises ValueError for a room that belongs to a user."""
        await self.backplane.close(check_room(room))

    async def disconnect(
        self, user_id: Any, reason: str = Ending.KICKED.sentence, *, session: str | None = None
    ) -> None:
        """Close every socket of a user for good, in all namespaces; the client is told the reason first.

        With `session` only the sockets whose token belongs to that session. Who is in the middle of a handshake has to
        start it anew. Raises TypeError.
        """
        await self.backplane.disconnect(check_user(user_id), reason, session)

    async def request(self, user_id: Any, event: str, payload: Any = None, *, timeout: float = 5.0) -> Any:
        """Send an event and return the first answer of any of the user's sockets.

        That is None, the one argument of the ack, or the list of several. Raises NotConnected if no socket is there,
        or all leave, TimeoutError after `timeout` seconds, and what `send` raises.
        """
        message = encode_event(check_event(event), payload)
        return await self.backplane.request(check_user(user_id), event, message, timeout)

    async def online(self, user_id: Any) -> bool:
        """Whether the user has any socket, in whatever namespace. Raises TypeError."""
        return await self.backplane.online(check_user(user_id))

    async def members(self, room: str) -> list[Member]:
        """Who is in a room. Raises ValueError for no room."""
        check_target(room)
        return await self.backplane.members(room)

    async def connections(self) -> list[Connection]:
        """Who is connected, in all namespaces: users with their sockets, for people to look at."""
        return await self.backplane.connections()
