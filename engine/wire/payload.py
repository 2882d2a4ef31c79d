"""JSON on the wire: what may go out, what may come in."""

import json
import math
import re
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import accumulate

import orjson

OPTIONS = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
LONG_NUMBER = re.compile(r"[1-9][0-9]{18}")
STEPS = dict(zip(b"[{]}", (1, 1, -1, -1), strict=True))
NOT_BRACKETS = bytes(set(range(256)) - STEPS.keys())


def dumps(payload, attachments: list | None = None) -> bytes:
    """Encode a payload. datetime, UUID, dataclasses, enums and pydantic models encode as themselves.

    With a list of `attachments`, bytes anywhere in the payload are appended to it and leave a placeholder behind
    (Socket.IO protocol v5, "Packet encoding", binary). Returns UTF-8 JSON.
    Raises TypeError for what JSON can't hold and ValueError for NaN and Infinity, which no browser could parse.
    """

    def special(value):
        if attachments is not None and isinstance(value, bytes | bytearray | memoryview):
            attachments.append(bytes(value))
            return {"_placeholder": True, "num": len(attachments) - 1}
        if hasattr(value, "model_dump"):
            return value.model_dump()
        raise TypeError(f"{type(value).__name__} cannot be sent as JSON; send a dict, list, str, number, bool or None")

    try:
        encoded = orjson.dumps(payload, default=special, option=OPTIONS)
    except orjson.JSONEncodeError as error:
        raise error.__cause__ if isinstance(error.__cause__, TypeError) else error from None
    # orjson writes NaN as null, so only an output that holds a null can hide one.
    if b"null" in encoded and holds_nan(payload):
        raise ValueError("NaN and Infinity cannot be sent as JSON; send None or a string instead")
    return encoded


def holds_nan(value) -> bool:
    """Tell whether a float that JSON can't hold stands anywhere in the value."""
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, dict):
        return any(map(holds_nan, value.values()))
    if isinstance(value, list | tuple):
        return any(map(holds_nan, value))
    if hasattr(value, "model_dump"):
        return holds_nan(value.model_dump())
    if isinstance(value, Enum):
        return holds_nan(value.value)
    return is_dataclass(value) and any(holds_nan(getattr(value, field.name)) for field in fields(value))


def loads(text: str, depth: int):
    """Decode what a client sent.

    Raises ValueError for anything that is not JSON, nests deeper than `depth`, or holds an integer of more than 64
    bits, which would silently become a float.
    """
    if len(text) > depth and text.count("[") + text.count("{") > depth and nests_deeper(text, depth):
        raise ValueError(f"JSON nested deeper than {depth}")
    if LONG_NUMBER.search(text):
        json.loads(text, parse_int=integer)
    return orjson.loads(text)


def integer(digits: str) -> int:
    """Parse an integer of JSON; raises ValueError beyond 64 bits."""
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**64:
        raise ValueError("an integer of more than 64 bits")
    return int(digits)


def nests_deeper(text: str, depth: int) -> bool:
    """Whether the brackets of a JSON text nest deeper, those inside its strings left out.

    As JSON has quotes only around strings once the escaped ones are out, every other piece between quotes is none.
    """
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    brackets = outside.encode().translate(None, NOT_BRACKETS)
    return max(accumulate(map(STEPS.__getitem__, brackets)), default=0) > depth
