"""What other nodes have to answer: that their sockets have joined, what a client says, who is there."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import Any, TypeVar

from pydantic import TypeAdapter

from engine.backplane.contents import Connections, Content, Join, Leave, Members, Request
from engine.backplane.interface import Here
from engine.backplane.redis.bus import Bus
from engine.backplane.redis.errors import Away, RedisError
from engine.backplane.redis.listening import Listening
from engine.backplane.redis.listing import merged_connections, merged_members, read_members, reader_of_connections
from engine.backplane.redis.publication import in_this_context
from engine.backplane.redis.questions import Questions
from engine.backplane.redis.reading import read_ack, read_error, read_page
from engine.loop.portions import in_portions
from engine.names import user_room
from engine.sockets import hook
from engine.sockets.connected import Connection, Member
from engine.wire.message import Message

ANSWER_SECONDS = 1.0
"""How long other nodes may take to answer; a client's answer has a time of its own."""
T = TypeVar("T", Member, Connection)


class Asking:
    """Asks all nodes that have to do with it, this one among them."""

    def __init__(self, bus: Bus, here: Here, listening: Listening, questions: Questions, user_type: Any) -> None:
        self._bus, self._here, self._listening, self._questions = bus, here, listening, questions
        self._read_connections = reader_of_connections(TypeAdapter(user_type))

    async def join(self, user_id: str, rooms: Collection[str]) -> None:
        """As `Here.join`; returns once every node that holds a socket of the user listens to the rooms.

        Nodes are waited for a second at most, and those that did not answer lately not at all.
        """
        if not rooms:
            return
        until = asyncio.get_running_loop().time() + ANSWER_SECONDS
        carry_out = in_this_context(self._join_here, user_id, rooms)
        own = user_room(user_id)
        channel, join = self._bus.channels.room(own), Join(user_id, tuple(rooms))
        with self._questions.asking(channel, join, read_error, carry_out=carry_out, rooms=(own,)) as question:
            await question.publication.receivers
            await self._listening.confirmed(rooms, ANSWER_SECONDS)
            await self._questions.complete(question, until - asyncio.get_running_loop().time())
        for said in question.said():
            if isinstance(said, Exception):
                raise said

    def _join_here(self, user_id: str, rooms: Collection[str]) -> None:
        """Join but for what others have ended while the hook that asks for it ran; other nodes cannot know that."""
        outdated = [room for room in rooms if hook.is_outdated(room, user_id)]
        if outdated:
            own = user_room(user_id)
            self._bus.publish([self._bus.channels.room(own)], Leave(user_id, tuple(outdated)), rooms=(own,))
        self._here.join(user_id, [room for room in rooms if room not in outdated])

    async def request(self, user_id: str, name: str, event: Message, timeout: float) -> Any:
        """As `Here.request`: the first answer of any node counts."""
        own = partial(self._here.request, user_id, name, event, timeout)
        if not self._bus.is_here:
            return await own()
        channel, content = self._bus.channels.room(user_room(user_id)), Request(user_id, name, timeout)
        with self._questions.asking(channel, content, read_ack, own, message=event) as question:
            if await question.publication.receivers is None:
                return await own()
            try:
                async with asyncio.timeout(timeout):
                    return await self._questions.first(question)
            except TimeoutError:
                raise TimeoutError(f"No answer to {name!r} within {timeout:g} s.") from None

    async def online(self, user_id: str) -> bool:
        """As `Here.online`: whether any node listens to the user's room."""
        if self._here.online(user_id) or not self._bus.is_here:
            return self._here.online(user_id)
        channel = self._bus.channels.room(user_room(user_id))
        own = self._bus.link.subscriptions.is_held(channel)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                _, count = await self._bus.link.call("PUBSUB", "NUMSUB", channel)
        except (Away, OSError, RedisError):
            return False
        return count > own

    async def members(self, room: str) -> list[Member]:
        """As `Here.members`: also what other nodes answer, each page of it within a second."""
        channel, own = self._bus.channels.room(room), partial(self._here.members, room)
        return await merged_members(await self._collect(channel, Members(room), read_members, own))

    async def connections(self) -> list[Connection]:
        """As `Here.connections`: also what other nodes answer, each page of it within a second."""
        everybody, own = self._bus.channels.everybody, self._here.connections
        return await merged_connections(await self._collect(everybody, Connections(), self._read_connections, own))

    async def _collect(
        self, channel: bytes, content: Content, read: Callable[[Any], list[T]], own: Callable[[], Awaitable[list[T]]]
    ) -> list[list[T]]:
        """Our own list, and the pages of others."""
        if not self._bus.is_here:
            return [await own()]
        with self._questions.asking(channel, content, read_page) as question:
            lists = [await own()]
            await self._questions.complete(question, ANSWER_SECONDS, goes_on=True)
        async for page in in_portions([page for page in question.said() if page]):
            lists.append(read(page))
        return lists
