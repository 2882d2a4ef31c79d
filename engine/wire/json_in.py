"""JSON on the wire: what may come in."""

import json
import re
from typing import TypeAlias

import orjson

from engine.wire.nesting import nests_deeper

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bytes | None"
"""What a packet's data is made of: JSON, and bytes where its attachments have been put in."""

LONG_NUMBER = re.compile(r"[1-9][0-9]{18}")


def loads(text: str, depth: int) -> Json:
    """Decode what a client sent.

    Raises ValueError for anything that is not JSON, nests deeper than `depth`, or holds an integer of more than 64
    bits, which would silently become a float.
    """
    if nests_deeper(text, depth):
        raise ValueError(f"JSON nested deeper than {depth}")
    if LONG_NUMBER.search(text):
        json.loads(text, parse_int=_integer)
    return orjson.loads(text)


def _integer(digits: str) -> int:
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**64:
        raise ValueError("an integer of more than 64 bits")
    return int(digits)
