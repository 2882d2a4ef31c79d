"""JSON on the wire: what may come in."""

import json
import re
from typing import NoReturn, TypeAlias

import orjson

from engine.wire.nesting import nests_deeper

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bytes | None"
"""What a packet's data is made of: JSON, and bytes where its attachments have been put in."""

# What orjson would make a float of.
LONG_INTEGER = re.compile(r"[1-9][0-9]{18}")
SURROGATE = re.compile("[\ud800-\udfff]")
SAFE_DIGITS = 308
"""No number of so many is beyond the largest of a double, 1.8e308."""


class Unacceptable(ValueError):
    """JSON that a stock client can send and that isn't taken."""


def loads(text: str, depth: int) -> Json:
    """Decode what a client sent. Half of a surrogate pair is U+FFFD, and integers may be of any length.

    Raises ValueError for what is not JSON, NaN and Infinity included, and of that Unacceptable for what nests deeper
    than `depth` or holds a number that is too large for a float.
    """
    if len(text) > depth and nests_deeper(text, depth):
        raise Unacceptable(f"JSON nested deeper than {depth}")
    if not LONG_INTEGER.search(text):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass  # It may be one of the things that only the other parser takes.
    return _whole(json.loads(text, parse_int=_integer, parse_float=_float, parse_constant=_constant))


def _integer(digits: str) -> int:
    if len(digits) > SAFE_DIGITS:
        _float(digits)
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), -float("inf")):
        raise Unacceptable("a number beyond the largest of a double")
    return number


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _whole(value: Json) -> Json:
    """The value with U+FFFD for each half of a surrogate pair."""
    if isinstance(value, str):
        return SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {SURROGATE.sub("\ufffd", key): _whole(item) for key, item in value.items()}
    return value
