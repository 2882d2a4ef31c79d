"""A request's body as the JSON object that it must be."""

import json

import orjson

from handlers.errors import ApiError


def parse(body: bytes) -> dict:
    """The object in `body`. Raises ApiError for whatever two readers might read differently (RFC 8259, 4, 6 and 8)."""
    try:
        orjson.loads(body)  # refuses NaN, infinity, bad UTF-8 and half surrogates, which json lets pass
        value = json.loads(body, object_pairs_hook=_each_key_once, parse_int=_integer)
    except RecursionError:
        raise ApiError(400, "The body is nested too deeply") from None
    except ValueError as error:
        raise ApiError(400, f"The body must be a JSON object: {error}") from None
    if not isinstance(value, dict):
        raise ApiError(400, "The body must be a JSON object")
    return value


def _each_key_once(pairs: list[tuple]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("it has a key twice")
    return found


def _integer(digits: str) -> int:
    value = int(digits)
    if not -(2**63) <= value < 2**63:
        raise ValueError("it has an integer of more than 64 bits")
    return value
