"""What goes to a client in one namespace: packets, answers, questions."""

import itertools
import logging
from collections.abc import Callable, Iterator
from inspect import isawaitable
from typing import Any, Protocol

from engine.accounts import Access
from engine.endings import Ending
from engine.errors import EventError
from engine.loop.guard import guarded
from engine.recovery.interface import Start
from engine.recovery.record import Record
from engine.recovery.stays import Stays
from engine.sockets.requests import Question
from engine.sockets.services import Services
from engine.transport.link import Link
from engine.wire.message import Message
from engine.wire.packet import ACK, DISCONNECT, EVENT, Packet, arguments, encode, encode_text, numbered

log = logging.getLogger("realtime")


class Client(Protocol):
    """Whose sockets share a link."""

    @property
    def link(self) -> Link: ...

    @property
    def user_id(self) -> str | None: ...

    @property
    def ahead(self) -> bool:
        """Whether it has emitted more than may wait."""
        ...

    def read_on(self) -> None:
        """Have more read of it, if that is due."""
        ...

    def remove(self, socket: Any, ending: Ending) -> None:
        """Take a socket out of its namespace, and end it."""
        ...


class Outgoing:
    """Whose a socket is, and the half of it that sends. `ended` tells why it is over, None that it is not."""

    __slots__ = ("acks", "admitted", "client", "ended", "expires_at", "id", "link", "namespace", "numbers", "pid",
                 "recovered", "services", "session_id", "stays", "user", "warned")  # fmt: skip

    def __init__(self, services: Services, client: Client, socket_id: str, namespace: str, access: Access):
        self.services, self.client, self.link = services, client, client.link
        self.id, self.namespace = socket_id, namespace
        self.admitted: Any = access.user
        """Its user as known when rooms were chosen; `user` is as known at the latest handshake or renewal."""
        self.identify(access)
        self.pid: str | None = None
        """What its client says to come back to what it missed."""
        self.recovered, self.stays = False, Stays()
        self.ended: str | None = None
        self.acks: dict[int, Callable[..., Any]] | None = None
        self.numbers: Iterator[int] | None = None

    def identify(self, access: Access) -> None:
        """Take what `authenticate` says of a token: whose the socket is, and until when."""
        self.user: Any = access.user
        self.session_id, self.expires_at = access.session_id, access.expires_at
        self.warned = False
        """Whether the client knows that its token expires soon."""

    def take_place(self, start: Start, record: Record | None) -> None:
        """Take up what a client left behind that has missed nothing, or begin anew."""
        self.pid = start.pid
        self.recovered = start.missed is not None
        if record and self.recovered:
            for room, number in self.stays.items():
                record.stays.enter(room, number)
            self.stays = record.stays
            # Its rooms were chosen for the user as known then; if that has changed, it may not have been heard of yet.
            self.admitted = record.admitted
        else:
            self.stays.begun = self.services.hub.number

    def introduce(self, start: Start, acceptance: Message) -> None:
        """Send what the client has missed, that it is connected, and how far it is, in this order."""
        for message in (*(start.missed or ()), acceptance, start.marker):
            if message:
                self.write(message)

    def tell_position(self) -> None:
        """Tell the client how far it is, if it may come back."""
        if self.pid and self.services.recovery:
            self.write(self.services.recovery.renew(self))

    def lose_position(self) -> None:
        """Have the client begin anew when it connects again."""
        if self.pid and self.services.recovery:
            self.services.recovery.ended(self, False)
            self.pid = None

    @property
    def user_id(self) -> str:
        """The id of its user."""
        return str(self.user.id)

    def write(self, message: Message) -> None:
        """Send an encoded packet, unless the client has been told that the socket is gone."""
        if self.ended is None:
            self.link.send(message)

    def tell(self, event: str, payload: Any) -> None:
        """Send an event of the engine itself."""
        self.write(encode(EVENT, [event, payload], self.namespace))

    def acknowledge(self, packet: Packet, answer: Any) -> None:
        """Answer a client that asked for an ack. Raises TypeError and ValueError for what cannot be sent."""
        if packet.id is not None:
            self.answer(packet.id, [*arguments(answer)])

    def answer(self, ack_id: int, data: list[Any]) -> None:
        """Send an ack."""
        attachments: list[bytes] = []
        text = encode_text(ACK, data, self.namespace, ack_id, attachments)
        if attachments:
            self.write(Message(text, attachments))
        elif self.ended is None:
            self.link.carrier.send_text(text)

    def reject(self, packet: Packet, error: EventError) -> None:
        """Tell the client what is wrong: in the ack if it asked for one, by the event `error` if not."""
        if packet.id is not None:
            self.answer(packet.id, [{"error": error.public()}])
        else:
            self.tell("error", {"event": packet.data[0], **error.public()})

    def ask(self, event: Message, callback: Callable[..., Any]) -> int:
        """Send an event whose ack calls `callback(*arguments)`; returns the ack's id."""
        if self.acks is None or self.numbers is None:
            self.acks, self.numbers = {}, itertools.count(1)
        ack_id = next(self.numbers)
        self.acks[ack_id] = callback
        self.write(numbered(event, ack_id, self.namespace))
        # The answer comes behind all that the client has emitted, so reading must not wait for the handler that asks.
        if self.link.carrier.paused:
            self.client.read_on()
        return ack_id

    def forget(self, ack_id: int) -> None:
        """Take no ack of that id any more."""
        if self.acks:
            self.acks.pop(ack_id, None)

    def answered(self, ack_id: int, answer: list[Any]) -> None:
        """Take the client's ack; one that nobody waits for any more is ignored."""
        callback = self.acks.pop(ack_id, None) if self.acks else None
        if callback:
            self.link.refund()
        if isinstance(callback, Question):
            callback(*answer)
        elif callback:
            self.services.spawn(self.call_back(callback, answer))

    async def call_back(self, callback: Callable[..., Any], answer: list[Any]) -> None:
        """Hand the client's ack to a callback of the app, given to `io.server.emit`."""
        try:
            returned = callback(*answer)
            if isawaitable(returned):
                await guarded(returned)
        except Exception:
            log.exception("The callback of an ack failed for user %s", self.user_id)

    def lose_answers(self) -> None:
        """Tell those who wait for answers that none will come from here."""
        for callback in tuple((self.acks or {}).values()):
            if isinstance(callback, Question):
                callback.lost(self)

    def close(self, ending: Ending, message: str = "") -> None:
        """Tell the client why and end the socket for good, whoever wants that: the stock client stays away.

        `message` is said instead of the ending's own sentence.
        """
        if self.ended is None:
            self.tell("closing", ending.closing(message))
            self.write(encode(DISCONNECT, namespace=self.namespace))
            self.client.remove(self, ending)
