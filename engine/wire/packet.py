"""Socket.IO packets (protocol v5, "Packet encoding"), inside Engine.IO message packets (v4, type `4`)."""

from typing import Any, NamedTuple

from engine.wire.json_out import dumps
from engine.wire.message import Message

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)
RESERVED_EVENTS = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)
HEADS = [b"4%d" % packet_type for packet_type in range(7)]
MOST_ATTACHMENTS = 10
"""Of more a stock parser makes an error."""
PLACEHOLDER, IN_A_STRING = b'"_placeholder":', b'\\"_placeholder":'
"""The key, and what only looks like it: a quotation mark that belongs to a string has a backslash before it."""


class Packet(NamedTuple):
    """A decoded packet. `data` is its JSON; `id` asks for an ack, or names the one that it is."""

    type: int
    namespace: str
    id: int | None
    data: Any
    attachments: int
    refused: str | None = None
    """What we don't take of it, for a client to read: nothing else is wrong with it. `data` then is no more than the
    event's name."""
    size: int = 0
    """What it took on the wire, attachments included: its characters and bytes."""


def encode(packet_type: int, data: object = None, namespace: str = "/", id: int | None = None) -> Message:
    """Encode a packet of any type; `data` is left out where it is None.

    Raises TypeError and ValueError for data that JSON can't hold, see `json_out.dumps`, or that clients don't take.
    """
    attachments: list[bytes] = []
    text = encode_text(packet_type, data, namespace, id, attachments)
    return Message(text, attachments)


def encode_text(packet_type: int, data: object, namespace: str, id: int | None, attachments: list[bytes]) -> bytes:
    """The text of a packet, as `encode`; the attachments that go with it are added to the list."""
    body = b"" if data is None else dumps(data, attachments if packet_type == EVENT or packet_type == ACK else None)
    if namespace == "/" and not attachments:
        return HEADS[packet_type] + body if id is None else b"4%d%d%b" % (packet_type, id, body)
    if attachments:
        _check_attachments(len(attachments), body)
        packet_type += BINARY_EVENT - EVENT
    head = f"4{packet_type}{len(attachments)}-" if attachments else f"4{packet_type}"
    if namespace != "/":
        head += f"{namespace},"
    if id is not None:
        head += str(id)
    return head.encode() + body


def _check_attachments(number: int, body: bytes) -> None:
    """Raise ValueError for what makes a stock client close its connection."""
    if number > MOST_ATTACHMENTS:
        raise ValueError(f"At most {MOST_ATTACHMENTS} attachments can be sent at once, not {number}; join them")
    if (found := body.count(PLACEHOLDER)) > number and found - body.count(IN_A_STRING) > number:
        raise ValueError('A "_placeholder" of your own cannot be sent beside attachments; choose another key')


def encode_event(event: str, payload: object = None, namespace: str = "/") -> Message:
    """Encode an event: a tuple payload becomes several arguments, None becomes none.

    Raises ValueError for a reserved event name, and what `encode` raises.
    """
    if event in RESERVED_EVENTS:
        raise ValueError(f"'{event}' is sent by Socket.IO itself; choose another name")
    if not isinstance(event, str):  # pyright: ignore[reportUnnecessaryIsInstance] an app may not be checked
        raise TypeError(f"an event's name is a str, not {type(event).__name__}")
    attachments: list[bytes] = []
    return Message(encode_text(EVENT, [event, *arguments(payload)], namespace, None, attachments), attachments)


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
