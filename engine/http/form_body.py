"""A request's body as browsers' forms have it (URL, 5: application/x-www-form-urlencoded)."""

from functools import partial
from urllib.parse import parse_qsl

from engine.http.errors import ApiError

MOST_FIELDS = 1000
_pairs = partial(parse_qsl, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS)


def is_form(content_type: str, body: bytes) -> bool:
    """Whether a body is one: some programs say so of whatever they send, so one that looks like JSON is not."""
    named = content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"
    return named and not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) and body.strip() != b""


def parse(body: bytes) -> dict[str, str]:
    """The fields in `body`. Raises ApiError for whatever two readers might read differently."""
    try:
        pairs = _pairs(body.decode())
    except ValueError:
        raise ApiError(400, "The body must be JSON, or form-encoded as its Content-Type says") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ApiError(400, "The body has a field twice")
    return fields
