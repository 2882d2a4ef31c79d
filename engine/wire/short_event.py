"""The packet that nearly all are, read from its bytes: a short event of `/` without attachments."""

import re

import orjson

from engine.wire.json_in import Json
from engine.wire.packet import EVENT, RESERVED_EVENTS, Packet

HARMLESS = bytes(set(range(256)) - set(b"[{0123456789"))
"""What neither nests nor is part of a number."""
LONG_INTEGER = re.compile(rb"[1-9][0-9]{18}")
"""As json_in's, of which orjson would make a float."""
SHORTEST_LONG = 19
MOST_ID_DIGITS = 16


def decode_event(data: bytes, depth: int) -> Packet | None:
    """Decode an event from the bytes of a text, the Engine.IO type in front included.

    It is the same packet that `decode` makes of it. None for all else: for what is no such event, what is not UTF-8,
    and what takes a closer look, so that whoever gets it has to ask `decode`.
    """
    start = data.find(b"[", 2, 3 + MOST_ID_DIGITS)
    if start < 0 or data[:2] != b"42":
        return None
    ack_id = data[2:start]
    if ack_id and not ack_id.isdigit():
        return None
    body = data[start:]
    # One pass tells of nearly all that it neither nests too deep nor holds a long integer.
    odd = len(body.translate(None, HARMLESS))
    if (odd > depth or odd > SHORTEST_LONG) and _takes_a_look(body, depth):
        return None
    try:
        values: list[Json] = orjson.loads(body)
    except ValueError:
        return None
    if not values or type(values[0]) is not str or values[0] in RESERVED_EVENTS:
        return None
    # Its characters, as the text's.
    size = len(data) - 1 if data.isascii() else len(data.decode()) - 1
    return Packet._make((EVENT, "/", int(ack_id) if ack_id else None, values, 0, None, size))


def _takes_a_look(body: bytes, depth: int) -> bool:
    """Whether it nests too deep, perhaps, or holds an integer that orjson would make a float of."""
    return body.count(b"[") + body.count(b"{") > depth or LONG_INTEGER.search(body) is not None
