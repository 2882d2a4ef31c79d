"""What a client sent, checked against a pydantic model."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from engine.http.errors import ApiError

Form = TypeVar("Form", bound=BaseModel)
MOST_ERRORS = 20  # told at once: ten thousand unknown keys need no list of ten thousand


def validated(model: type[Form], values: dict) -> Form:
    """`values` as a `model`; unknown keys are refused. Raises ApiError 400 with the fields in `details.errors`."""
    try:
        return model.model_validate(values, extra="forbid")
    except ValidationError as error:
        raise _answer_to(error) from None


def _answer_to(error: ValidationError) -> ApiError:
    errors = [
        {
            "path": [str(part) for part in each["loc"]],
            "message": each["msg"].removeprefix("Value error, "),
            "name": "ValidationError",
        }
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:MOST_ERRORS]
    ]
    message = errors[0]["message"] if len(errors) == 1 else f"{error.error_count()} errors occurred"
    return ApiError(400, message, details={"errors": errors})
