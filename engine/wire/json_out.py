"""JSON on the wire: what may go out."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import orjson
from pydantic import BaseModel

from engine.wire.long_integers import as_fragments
from engine.wire.models import BYTES, own_json

OPTIONS = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
LONG_INTEGER = "Integer exceeds 64-bit range"
"""How orjson says that it can't write one."""


def dumps(payload: object, attachments: list[bytes] | None = None) -> bytes:
    """Encode a payload. datetime, UUID, dataclasses and enums encode as themselves, pydantic models as their own JSON.

    With a list of `attachments`, bytes anywhere in the payload are appended to it and leave a placeholder behind
    (Socket.IO protocol v5, "Packet encoding", binary). Returns UTF-8 JSON.
    Raises TypeError for what JSON can't hold, and ValueError for numbers that clients don't read: NaN, Infinity and
    integers of more than 100 digits.
    """
    try:
        # Nearly all there is needs no help.
        encoded = orjson.dumps(payload, None, OPTIONS)
    except orjson.JSONEncodeError:
        encoded = _dumps_special(payload, attachments)
    # orjson writes NaN as null, so only an output that holds a null can hide one.
    if b"null" in encoded:
        _check_floats(payload)
    return encoded


def _dumps_special(payload: object, attachments: list[bytes] | None) -> bytes:
    """Encode what orjson does not know by itself. Raises what `dumps` raises."""
    try:
        return orjson.dumps(payload, lambda value: _special(value, attachments), OPTIONS)
    except orjson.JSONEncodeError as error:
        return _dumps_again(payload, attachments, error)


def _dumps_again(payload: object, attachments: list[bytes] | None, error: Exception) -> bytes:
    """Encode what orjson gave up, if that was because of an integer. Raises what `dumps` raises."""
    if str(error) != LONG_INTEGER:
        raise _reason(error) from None
    if attachments:
        attachments.clear()
    try:
        return orjson.dumps(as_fragments(payload), lambda value: as_fragments(_special(value, attachments)), OPTIONS)
    except orjson.JSONEncodeError as another:
        raise _reason(another) from None


def _reason(error: Exception) -> Exception:
    return error.__cause__ if isinstance(error.__cause__, TypeError | ValueError) else error


def _special(value: Any, attachments: list[bytes] | None) -> object:
    """What orjson doesn't know, as something that it does. Raises TypeError."""
    if attachments is not None and isinstance(value, BYTES):
        attachments.append(bytes(value))
        return {"_placeholder": True, "num": len(attachments) - 1}
    if isinstance(value, BaseModel):
        return own_json(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON; send a dict, list, str, number, bool or None")


def _check_floats(payload: object) -> None:
    try:
        _without_nan(payload)
    except ValueError:
        raise ValueError("NaN and Infinity cannot be sent as JSON; send None or a string instead") from None


def _parts(value: object) -> object:
    """What else may hold a float, besides what the standard library's json looks into."""
    if isinstance(value, BaseModel):
        return own_json(value)
    if isinstance(value, Enum):
        return value.value
    return [getattr(value, field.name) for field in fields(value)] if is_dataclass(value) else None


_without_nan: Callable[[object], str] = json.JSONEncoder(allow_nan=False, check_circular=False, default=_parts).encode
