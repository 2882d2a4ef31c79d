"""From the text of a Socket.IO packet to what it says (protocol v5, "Packet encoding")."""

import re
from urllib.parse import parse_qsl

from engine.errors import InvalidPacket
from engine.limits import Limits
from engine.wire.json_in import Json, Unacceptable, loads
from engine.wire.packet import ACK, BINARY_ACK, BINARY_EVENT, CONNECT, DISCONNECT, EVENT, RESERVED_EVENTS, Packet

# <type>[<attachments>-][<namespace>[?<query>],][<ack id>][<JSON>]; an ack id is a JavaScript integer at most.
GRAMMAR = re.compile(
    r"(?:[0-4]|[56](\d{1,6})-)(?:(/[^,?]{0,128})(?:\?([^,]*))?(?:,|$))?(\d{1,16})?((?:[\[{\"].*)?)",
    re.DOTALL | re.ASCII,
)
# The first item of an array, if that is a string or a number.
NAME = re.compile(r'\[\s*("[^"\\]*(?:\\.[^"\\]*)*"|[-+.eE\d]{1,32})\s*[,\]]', re.DOTALL | re.ASCII)
MOST_FIELDS = 100
"""How many fields the query of a namespace may have."""


def decode(text: str, limits: Limits) -> Packet:
    """Decode the text part of a packet, without the Engine.IO type in front.

    What the protocol has but we don't take, as a bound is passed, comes back `refused`.
    Raises InvalidPacket where the protocol has no such packet.
    """
    match = GRAMMAR.fullmatch(text)
    if not match:
        raise InvalidPacket("not a Socket.IO packet")
    attachments, namespace, query, ack_id, body = match.groups()
    refused = None
    try:
        data = loads(body, limits.depth) if body else _auth(query) if query and text[0] == "0" else None
    except Unacceptable as error:
        data, refused = _outline(body), str(error)
    except ValueError as error:
        raise InvalidPacket(f"not JSON: {error}") from None
    packet_type = int(text[0])
    if not _fits(packet_type, ack_id, data):
        raise InvalidPacket("a packet whose data does not fit its type")
    attachments = int(attachments) if attachments else 0
    if attachments > limits.attachments and isinstance(data, list):
        data, refused = data[:1], f"more than {limits.attachments} attachments"
    return Packet(packet_type, namespace or "/", int(ack_id) if ack_id else None, data, attachments, refused, len(text))


def _auth(query: str) -> Json:
    """What clients of Socket.IO 2 present to a namespace. Raises ValueError for more than anybody would."""
    return dict[str, Json](parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS))


def _outline(body: str) -> Json:
    """What can be told of JSON without reading it: whether it is an object or an array, and an event's name."""
    if body[0] != "[":
        return {} if body[0] == "{" else None
    name = NAME.match(body)
    try:
        return [loads(name[1], 0)] if name else []
    except ValueError:
        return []


def _fits(packet_type: int, ack_id: str | None, data: Json) -> bool:
    """Whether a packet of this type can have such data. An event's name that is a number becomes text."""
    if packet_type == EVENT or packet_type == BINARY_EVENT:
        if not isinstance(data, list) or not data:
            return False
        name = data[0]
        if isinstance(name, str):
            return name not in RESERVED_EVENTS
        data[0] = str(name)
        return isinstance(name, int | float) and not isinstance(name, bool)
    if packet_type == ACK or packet_type == BINARY_ACK:
        return isinstance(data, list) and ack_id is not None
    if packet_type == CONNECT:
        return data is None or isinstance(data, dict)
    return packet_type == DISCONNECT and data is None
