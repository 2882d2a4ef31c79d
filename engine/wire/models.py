"""Pydantic models as JSON."""

from typing import Any, cast

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_jsonable_python

BYTES: tuple[type, ...] = (bytes, bytearray, memoryview)


def own_json(model: BaseModel) -> object:
    """What the model itself says that it is in JSON, except that bytes stay bytes: they become attachments.

    Raises TypeError for a value of which JSON has none.
    """
    try:
        values = model.model_dump()
        return _jsonable(values) if _has_bytes(values) else model.model_dump(mode="json")
    except PydanticSerializationError as error:
        raise TypeError(str(error)) from None


def _has_bytes(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_bytes, cast("dict[Any, Any]", value).values()))
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(_has_bytes, cast("list[Any]", value)))
    return isinstance(value, BYTES)


def _jsonable(value: Any) -> object:
    if isinstance(value, BYTES):
        return value
    if isinstance(value, dict):
        return {_key(key): _jsonable(item) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_jsonable(item) for item in cast("list[Any]", value)]
    return to_jsonable_python(value)


def _key(key: Any) -> str:
    (name,) = to_jsonable_python({key: None})
    return name
