"""Socket.IO packets (protocol v5, "Packet encoding"), inside Engine.IO message packets (v4, type `4`)."""

import re
from typing import NamedTuple

from engine.errors import InvalidPacket
from engine.limits import Limits
from engine.wire.frames import binary_frame, text_frame
from engine.wire.payload import dumps, loads

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)
RESERVED_EVENTS = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)
# <type>[<attachments>-][<namespace>,][<ack id>][<JSON>]; an ack id is a JavaScript integer at most.
GRAMMAR = re.compile(
    r"(?:([0-4])|([56])(\d{1,3})-)(?:(/[^,?]{0,128})(?:\?[^,]*)?(?:,|$))?(\d{1,16})?((?:[\[{\"].*)?)",
    re.DOTALL | re.ASCII,
)


class Packet(NamedTuple):
    """A decoded packet. `data` is its JSON; `id` asks for an ack, or names the one that it is."""

    type: int
    namespace: str
    id: int | None
    data: object
    attachments: int


class Message:
    """One packet, encoded once for everybody who gets it; `frames` are its WebSocket frames, one after the other."""

    __slots__ = ("attachments", "frames", "text")

    def __init__(self, text: bytes, attachments: list[bytes] | tuple = ()):
        self.text, self.attachments, self.frames = text, attachments, text_frame(text)
        if attachments:
            self.frames += b"".join(map(binary_frame, attachments))

    @property
    def size(self) -> int:
        """Its bytes, framing left out."""
        return len(self.text) + sum(map(len, self.attachments))


def encode(packet_type: int, data=None, namespace: str = "/", id: int | None = None) -> Message:
    """Encode a packet of any type; `data` is left out where it is None.

    Raises TypeError and ValueError for data that JSON can't hold, see `payload.dumps`.
    """
    attachments = []
    body = b"" if data is None else dumps(data, attachments if packet_type in (EVENT, ACK) else None)
    if attachments:
        packet_type += BINARY_EVENT - EVENT
    head = f"4{packet_type}{len(attachments)}-" if attachments else f"4{packet_type}"
    if namespace != "/":
        head += f"{namespace},"
    if id is not None:
        head += str(id)
    return Message(head.encode() + body, attachments)


def encode_event(event: str, payload=None, namespace: str = "/", id: int | None = None) -> Message:
    """Encode an event: a tuple payload becomes several arguments, None becomes none.

    Raises ValueError for a reserved event name, and what `encode` raises.
    """
    if event in RESERVED_EVENTS:
        raise ValueError(f"'{event}' is sent by Socket.IO itself; choose another name")
    if not isinstance(event, str):
        raise TypeError(f"an event's name is a str, not {type(event).__name__}")
    return encode(EVENT, [event, *arguments(payload)], namespace, id)


def arguments(payload) -> tuple:
    """What a payload is as the arguments of an event or an ack."""
    if isinstance(payload, tuple):
        return payload
    return () if payload is None else (payload,)


def single(arguments: list):
    """What arguments are as one payload: None, the only one, or the list of several."""
    return arguments[0] if len(arguments) == 1 else arguments or None


def decode(text: str, limits: Limits) -> Packet:
    """Decode the text part of a packet, without the Engine.IO type in front.

    Raises InvalidPacket where the protocol has no such packet or a bound is passed.
    """
    match = GRAMMAR.fullmatch(text)
    if not match:
        raise InvalidPacket("not a Socket.IO packet")
    plain, binary, attachments, namespace, ack_id, body = match.groups()
    attachments = int(attachments) if attachments else 0
    if attachments > limits.attachments:
        raise InvalidPacket("too many attachments")
    try:
        data = loads(body, limits.depth) if body else None
    except ValueError as error:
        raise InvalidPacket(f"not JSON: {error}") from None
    packet = Packet(int(plain or binary), namespace or "/", int(ack_id) if ack_id else None, data, attachments)
    check(packet)
    return packet


def check(packet: Packet) -> None:
    """Raise InvalidPacket for data that a packet of its type cannot have."""
    data = packet.data
    if packet.type in (EVENT, BINARY_EVENT):
        valid = isinstance(data, list) and data and isinstance(data[0], str) and data[0] not in RESERVED_EVENTS
    elif packet.type in (ACK, BINARY_ACK):
        valid = isinstance(data, list) and packet.id is not None
    elif packet.type == CONNECT:
        valid = data is None or isinstance(data, dict)
    else:
        valid = packet.type == DISCONNECT and data is None
    if not valid:
        raise InvalidPacket("a packet whose data does not fit its type")


class Assembly:
    """A binary packet whose attachments are still on their way."""

    def __init__(self, packet: Packet):
        self.packet, self.attachments = packet, []

    def add(self, attachment: bytes) -> Packet | None:
        """Take the next attachment; return the whole packet after the last one.

        Raises InvalidPacket unless each attachment has exactly one placeholder.
        """
        self.attachments.append(attachment)
        if len(self.attachments) < self.packet.attachments:
            return None
        unused = dict(enumerate(self.attachments))
        data = self.fill(self.packet.data, unused)
        if unused:
            raise InvalidPacket("an attachment without a placeholder")
        return self.packet._replace(type=self.packet.type - (BINARY_EVENT - EVENT), data=data)

    def fill(self, value, unused: dict):
        """Put attachments in the place of their placeholders."""
        if isinstance(value, list):
            return [self.fill(item, unused) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("_placeholder") is not True:
            return {key: self.fill(item, unused) for key, item in value.items()}
        number = value.get("num")
        if type(number) is not int or number not in unused:
            raise InvalidPacket("a placeholder without its attachment")
        return unused.pop(number)
