"""What a client is told of a form that does not fit, over REST and in acks alike: the fields, never what it sent."""

from typing import Any

from pydantic import ValidationError

MOST_ERRORS = 20
"""A form with more wrong fields is no honest mistake, and the answer must not outgrow it."""


def explained(error: ValidationError) -> tuple[str, dict[str, Any]]:
    """A sentence, and the details: `{"errors": [{"path", "message", "name"}]}`."""
    errors = [
        {
            "path": [str(part) for part in each["loc"]],
            "message": each["msg"].removeprefix("Value error, "),
            "name": "ValidationError",
        }
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:MOST_ERRORS]
    ]
    count = error.error_count()
    message = f"{count} errors occurred" if count > 1 else errors[0]["message"]
    return str(message), {"errors": errors}
