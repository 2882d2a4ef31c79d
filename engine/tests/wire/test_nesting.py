"""How deep the JSON of a client nests is told without parsing it."""

import pytest

from engine.wire.json_in import loads
from engine.wire.nesting import nests_deeper


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("1", 0),
        ("[]", 1),
        ('{"a":[{}]}', 3),
        ("[[],[],[[]],[]]", 3),
        ('["[[[["]', 1),
        ('{"[{[{":"]]"}', 1),
        (r'["\"[[[[",[]]', 2),
        (r'["\\",[[]]]', 3),
        (r'["\\\"[[[",[]]', 2),
        ('["ü[[","€{{",[[]]]', 3),
        ("[[[", 3),
        ('["[[[', 1),
    ],
)
def test_brackets_count_outside_of_strings(text, depth):
    assert not nests_deeper(text, depth)
    assert depth == 0 or nests_deeper(text, depth - 1)


def test_a_long_number_behind_too_many_brackets_is_refused_before_it_is_read():
    with pytest.raises(ValueError, match="nested"):
        loads("[" * 60_000 + "1" * 19, 100)
