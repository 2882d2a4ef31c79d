"""Integers of more than 64 bits, which orjson doesn't write."""

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, cast

import orjson

MOST_CHARACTERS = 100
"""Of more Python's client makes an error."""


def as_fragments(value: Any) -> object:
    """The value with each such integer as JSON that is ready.

    Raises ValueError for one of so many digits that clients wouldn't read it, and TypeError for a value that holds
    itself.
    """
    try:
        return _convert(value)
    except RecursionError:
        raise TypeError("What holds itself cannot be sent as JSON") from None


def _convert(value: object) -> object:
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else _fragment(value)
    if isinstance(value, dict):
        return {key: _convert(item) for key, item in cast("dict[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_convert(item) for item in cast("list[object]", value)]
    if isinstance(value, Enum):
        return _convert(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _convert(getattr(value, field.name)) for field in fields(value)}
    return value


def _fragment(number: int) -> orjson.Fragment:
    if not -(10 ** (MOST_CHARACTERS - 1)) < number < 10**MOST_CHARACTERS:
        raise ValueError(f"An integer longer than {MOST_CHARACTERS} characters cannot be sent; send a string instead")
    return orjson.Fragment(str(number))
