"""Several messages as one, and what is not taken for that."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.backplane.messages import InvalidMessage
from engine.backplane.redis.bundle import MOST, MOST_BYTES, NUMBER, NUMBERED, Bundle, Place, joined, separate

HERE, THERE = Place((), (b"here",)), Place((), (b"there",))
MESSAGES = st.lists(st.binary(max_size=40).map(b"RT".__add__), min_size=1, max_size=5)


@given(MESSAGES, st.integers(1, 2**60))
def test_messages_come_apart_as_they_were_each_with_its_number(messages, first):
    numbered = NUMBERED + NUMBER.pack(first) + joined(messages)
    assert [*separate(joined(messages))] == [(0, message) for message in messages]
    assert [*separate(numbered)] == [*enumerate(messages, first)]


@given(MESSAGES, st.integers(1, 5))
def test_what_is_cut_off_is_invalid_after_what_is_whole(messages, missing):
    came = []
    with pytest.raises(InvalidMessage):
        came.extend(separate(joined([*messages, b"12"])[:-missing]))
    assert came == [(0, message) for message in messages]


@given(st.binary())
def test_garbage_is_messages_or_invalid(data):
    with contextlib.suppress(InvalidMessage):
        assert all(isinstance(message, bytes) for _, message in separate(data))


def test_a_bundle_takes_what_goes_to_its_place_until_it_has_left():
    bundle = Bundle(HERE)
    assert bundle.has_room(HERE, b"a")
    assert not bundle.has_room(THERE, b"a")
    bundle.leave()
    assert not bundle.has_room(HERE, b"a")


def test_a_bundle_is_bounded_in_bytes_and_number():
    bundle = Bundle(HERE)
    assert not bundle.has_room(HERE, b"a" * (MOST_BYTES + 1))
    for _ in range(MOST):
        assert bundle.has_room(HERE, b"")
        bundle.add(b"", None)
    assert not bundle.has_room(HERE, b"")
