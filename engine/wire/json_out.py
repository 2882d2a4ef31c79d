"""JSON on the wire: what may go out."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import orjson

OPTIONS = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
BYTES: tuple[type, ...] = (bytes, bytearray, memoryview)


def dumps(payload: object, attachments: list[bytes] | None = None) -> bytes:
    """Encode a payload. datetime, UUID, dataclasses, enums and pydantic models encode as themselves.

    With a list of `attachments`, bytes anywhere in the payload are appended to it and leave a placeholder behind
    (Socket.IO protocol v5, "Packet encoding", binary). Returns UTF-8 JSON.
    Raises TypeError for what JSON can't hold and ValueError for NaN and Infinity, which no browser could parse.
    """

    def special(value: Any) -> object:
        if attachments is not None and isinstance(value, BYTES):
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
    if b"null" in encoded:
        _check_floats(payload)
    return encoded


def _check_floats(payload: object) -> None:
    try:
        _without_nan(payload)
    except ValueError:
        raise ValueError("NaN and Infinity cannot be sent as JSON; send None or a string instead") from None


def _parts(value: Any) -> object:
    """What else may hold a float, besides what the standard library's json looks into."""
    if hasattr(value, "model_dump"):
        return value.model_dump()
    if isinstance(value, Enum):
        return value.value
    return [getattr(value, field.name) for field in fields(value)] if is_dataclass(value) else None


_without_nan: Callable[[object], str] = json.JSONEncoder(allow_nan=False, check_circular=False, default=_parts).encode
