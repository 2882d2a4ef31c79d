"""A request's body as a JSON object."""

import json
from codecs import BOM_UTF8
from typing import Any, cast

import orjson

from engine.http.errors import ApiError
from engine.limits import Limits

DEEPEST = Limits.depth  # as for events


def parse(body: bytes) -> dict[str, Any]:
    """The object in `body`. Raises ApiError for whatever two readers might read differently (RFC 8259, 4, 6 and 8)."""
    try:
        # orjson refuses NaN, infinity, bad UTF-8 and half surrogates, which json lets pass; json finds keys that are
        # there twice, but some versions of it overflow the stack where a body is nested deeply.
        text = body.removeprefix(BOM_UTF8)  # RFC 8259, 8.1
        _check_depth(orjson.loads(text))
        value = json.loads(text, object_pairs_hook=_each_key_once, parse_int=_integer)
    except ValueError as error:
        raise ApiError(400, f"The body must be a JSON object: {error}") from None
    if not isinstance(value, dict):
        raise ApiError(400, "The body must be a JSON object")
    return cast(dict[str, Any], value)


def _check_depth(value: Any) -> None:
    level = _nested_in([value])
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _nested_in(outer)]
    if level:
        raise ValueError("it is nested too deeply")


def _nested_in(value: dict[str, Any] | list[Any]) -> list[Any]:
    values = value.values() if isinstance(value, dict) else value
    return [inner for inner in values if isinstance(inner, dict | list)]


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("it has a key twice")
    return found


def _integer(digits: str) -> int:
    value = int(digits)
    if not -(2**63) <= value < 2**63:
        raise ValueError("it has an integer of more than 64 bits")
    return value
