"""What needs no answer: sent to all nodes that have to do with it, and done on each in one order."""

import re
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, cast

from engine.backplane.contents import PLAIN, Close, Disconnect, Event, Leave
from engine.backplane.interface import NOBODY, Here
from engine.backplane.messages import Envelope
from engine.backplane.redis.bus import Bus
from engine.backplane.redis.publication import Receivers, in_this_context
from engine.names import user_room
from engine.recovery.logs import EVERYBODY
from engine.wire.message import Message

SOCKET_ID = re.compile("[A-Za-z0-9_-]{20}")
"""What may be the id of a socket, which can be sent to as to a room."""


class Telling:
    """Sends, and has those in rooms leave or be closed, on this node and on others."""

    def __init__(self, bus: Bus, here: Here) -> None:
        self._bus, self._here = bus, here
        bus.handlers.update({Event: self._event, Leave: self._leave, Close: self._close, Disconnect: self._disconnect})

    def send(
        self,
        message: Message,
        rooms: str | Collection[str],
        skip: Collection[str | None] = NOBODY,
        volatile: bool = False,
        namespace: str = "/",
    ) -> Receivers | None:
        """As `Here.send`; the future is done once this node has its turn."""
        names = (rooms,) if isinstance(rooms, str) else tuple(dict.fromkeys(rooms))
        carry_out = partial(self._send_here, message, rooms, skip, volatile, namespace)
        kept = names if self._bus.keeps and namespace == "/" and not volatile else ()
        channels = [self._bus.channels.room(name) for name in names]
        if any(map(_may_be_a_socket, names)):
            if len(names) == 1 and self._here.has_socket(names[0], namespace):
                channels.clear()
            else:
                # Nobody knows here on which node it is.
                channels.append(self._bus.channels.everybody)
        if not (channels or kept):
            carry_out()
            return None
        event = _event(names if len(channels) != 1 else (), namespace, skip, volatile)
        return self._bus.publish(channels, event, message, carry_out, kept).receivers

    def broadcast(
        self, message: Message, skip: Collection[str | None] = NOBODY, namespace: str = "/"
    ) -> Receivers | None:
        """As `Here.broadcast`; the future is done once this node has its turn."""
        carry_out = partial(self._broadcast_here, message, skip, namespace)
        event, kept = _event((), namespace, skip, False), (EVERYBODY,) if namespace == "/" else ()
        return self._bus.publish([self._bus.channels.everybody], event, message, carry_out, kept).receivers

    def _send_here(
        self,
        message: Message,
        rooms: str | Collection[str],
        skip: Collection[str | None],
        volatile: bool,
        namespace: str,
    ) -> None:
        self._mark(message, namespace)
        self._here.send(message, rooms, skip, volatile, namespace)

    def _broadcast_here(self, message: Message, skip: Collection[str | None], namespace: str) -> None:
        self._mark(message, namespace)
        self._here.broadcast(message, skip, namespace)

    def _mark(self, message: Message, namespace: str) -> None:
        """Have clients know how far they are, also after what is not kept: they may take the end of it for that."""
        if self._bus.keeping and namespace == "/":
            self._bus.keeping.mark(message)

    def _event(self, envelope: Envelope, channel: bytes) -> None:
        event = cast("Event", envelope.content)
        if channel == self._bus.channels.everybody and not event.rooms:
            self._broadcast_here(envelope.message, event.skip, event.namespace)
        else:
            rooms = event.rooms or self._bus.channels.room_of(channel)
            self._send_here(envelope.message, rooms, event.skip, event.volatile, event.namespace)

    async def leave(self, user_id: str, rooms: Collection[str]) -> None:
        """As `Here.leave`; whoever sends after this has returned does not reach the user.

        All nodes hear of it: any of them may run a hook that is about to join the user, of whom it has no socket.
        """
        carry_out = in_this_context(self._here.leave, user_id, rooms)
        await self._tell_all(Leave(user_id, tuple(rooms)), carry_out, user_room(user_id))

    def _leave(self, envelope: Envelope, channel: bytes) -> None:
        leave = cast(Leave, envelope.content)
        self._here.leave(leave.user_id, leave.rooms)

    async def close(self, room: str, namespace: str = "/") -> None:
        """As `Here.close`. All nodes hear of it: any of them may run a hook that is about to join the room."""
        carry_out = in_this_context(self._here.close, room, namespace)
        await self._tell_all(Close(room, namespace), carry_out, room if namespace == "/" else None)

    def _close(self, envelope: Envelope, channel: bytes) -> None:
        close = cast(Close, envelope.content)
        self._here.close(close.room, close.namespace)

    async def disconnect(self, user_id: str, reason: str, session_id: str | None = None) -> None:
        """As `Here.disconnect`. All nodes hear of it: on any of them a handshake of the user may be under way."""
        carry_out = partial(self._here.disconnect, user_id, reason, session_id)
        await self._tell_all(Disconnect(user_id, reason, session_id), carry_out, user_room(user_id))

    def _disconnect(self, envelope: Envelope, channel: bytes) -> None:
        disconnect = cast(Disconnect, envelope.content)
        self._here.disconnect(disconnect.user_id, disconnect.reason, disconnect.session_id)

    async def _tell_all(self, content: Leave | Close | Disconnect, carry_out: Any, room: str | None) -> None:
        """Whoever is away finds it in the log of a room."""
        kept = (room,) if room else ()
        await self._bus.publish([self._bus.channels.everybody], content, carry_out=carry_out, rooms=kept).receivers


def _may_be_a_socket(name: str) -> bool:
    return len(name) == 20 and SOCKET_ID.fullmatch(name) is not None


def _event(names: Sequence[str], namespace: str, skip: Collection[str | None], volatile: bool) -> Event:
    if not (names or volatile or any(skip)) and namespace == "/":
        return PLAIN
    return Event(tuple(names), namespace, tuple(filter(None, skip)), volatile)
