"""Socket.IO packets (protocol v5, "Packet encoding"), inside Engine.IO message packets (v4, type `4`)."""

import re
from typing import Any, NamedTuple

from engine.errors import InvalidPacket
from engine.limits import Limits
from engine.wire.json_in import Json, loads
from engine.wire.json_out import dumps
from engine.wire.message import Message

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
    data: Any
    attachments: int


def encode(packet_type: int, data: object = None, namespace: str = "/", id: int | None = None) -> Message:
    """Encode a packet of any type; `data` is left out where it is None.

    Raises TypeError and ValueError for data that JSON can't hold, see `payload.dumps`.
    """
    attachments: list[bytes] = []
    body = b"" if data is None else dumps(data, attachments if packet_type in (EVENT, ACK) else None)
    if attachments:
        packet_type += BINARY_EVENT - EVENT
    head = f"4{packet_type}{len(attachments)}-" if attachments else f"4{packet_type}"
    if namespace != "/":
        head += f"{namespace},"
    if id is not None:
        head += str(id)
    return Message(head.encode() + body, attachments)


def encode_event(event: str, payload: object = None, namespace: str = "/") -> Message:
    """Encode an event: a tuple payload becomes several arguments, None becomes none.

    Raises ValueError for a reserved event name, and what `encode` raises.
    """
    if event in RESERVED_EVENTS:
        raise ValueError(f"'{event}' is sent by Socket.IO itself; choose another name")
    if not isinstance(event, str):  # pyright: ignore[reportUnnecessaryIsInstance] an app may not be checked
        raise TypeError(f"an event's name is a str, not {type(event).__name__}")
    return encode(EVENT, [event, *arguments(payload)], namespace)


def numbered(event: Message, ack_id: int, namespace: str = "/") -> Message:
    """The same event, asking for an ack of that id."""
    text = event.text
    start = text.index(b"[") if namespace == "/" else text.index(b",") + 1
    return Message(b"%b%d%b" % (text[:start], ack_id, text[start:]), event.attachments)


def arguments(payload: Any) -> tuple[Any, ...]:
    """What a payload is as the arguments of an event or an ack."""
    if isinstance(payload, tuple):
        return payload  # pyright: ignore[reportUnknownVariableType] whatever the app sends
    return () if payload is None else (payload,)


def single(arguments: list[Any]) -> Any:
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
    packet_type = int(plain or binary)
    if not _fits(packet_type, ack_id, data):
        raise InvalidPacket("a packet whose data does not fit its type")
    return Packet(packet_type, namespace or "/", int(ack_id) if ack_id else None, data, attachments)


def _fits(packet_type: int, ack_id: str | None, data: Json) -> bool:
    """Whether a packet of this type can have such data."""
    if packet_type == EVENT or packet_type == BINARY_EVENT:
        return isinstance(data, list) and bool(data) and isinstance(data[0], str) and data[0] not in RESERVED_EVENTS
    if packet_type == ACK or packet_type == BINARY_ACK:
        return isinstance(data, list) and ack_id is not None
    if packet_type == CONNECT:
        return data is None or isinstance(data, dict)
    return packet_type == DISCONNECT and data is None
