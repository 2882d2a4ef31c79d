"""What a client sent, checked against a pydantic model."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from engine.http.errors import ApiError
from engine.validation import explained

Form = TypeVar("Form", bound=BaseModel)


def validated(model: type[Form], values: dict[str, Any]) -> Form:
    """`values` as a `model`; unknown keys are refused. Raises ApiError 400 with the fields in `details.errors`."""
    try:
        return model.model_validate(values, extra="forbid")
    except ValidationError as error:
        message, details = explained(error)
        raise ApiError(400, message, details=details) from None
