"""A body is one JSON object that every reader understands alike."""

import pytest

from engine.http.errors import ApiError
from engine.http.json_body import DEEPEST, parse


def test_an_object_is_what_it_says():
    assert parse(b'{"name": "\xc3\xa4", "size": 1, "deep": {"list": [null, 1.5]}}') == {
        "name": "ä",
        "size": 1,
        "deep": {"list": [None, 1.5]},
    }


def test_a_byte_order_mark_is_no_part_of_it():
    assert parse(b'\xef\xbb\xbf{"name": "\xc3\xa4"}') == {"name": "ä"}


def nested(levels: int) -> bytes:
    return b'{"a": ' * (levels - 1) + b"[]" + b"}" * (levels - 1)


def test_a_body_may_be_nested_as_deep_as_the_limit_and_no_deeper():
    assert parse(nested(DEEPEST))
    with pytest.raises(ApiError, match="400") as refused:
        parse(nested(DEEPEST + 1))
    assert refused.value.message == "The body must be a JSON object: it is nested too deeply"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"name=ann",
        b"[]",
        b"null",
        b'"text"',
        b"1",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 9223372036854775808}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'\xef\xbb\xbf\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": ' + b"[" * 1000 + b"]" * 1000 + b"}",
        b'{"a": ' + b"[" * 30000 + b"]" * 30000 + b"}",
        b"{'a': 1}",
        b'{"a": 1} {"b": 2}',
    ],
)
def test_anything_else_is_refused_with_a_sentence(body):
    with pytest.raises(ApiError) as refused:
        parse(body)
    assert refused.value.status_code == 400
    assert refused.value.message.startswith("The body ")
