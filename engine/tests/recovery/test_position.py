"""Positions as clients say them, who may say anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.recovery.markers import Markers
from engine.recovery.position import Position


@given(st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True), st.integers(0, 10**15))
def test_a_position_is_read_as_it_was_told(epoch, number):
    assert Position.parse(str(Position(epoch, number))) == (epoch, number)


@given(st.one_of(st.none(), st.integers(), st.binary(), st.lists(st.text()), st.text()))
def test_whatever_a_client_says_is_a_position_or_none(said):
    position = Position.parse(said)
    assert position is None or position.number >= 0


@pytest.mark.parametrize(
    "said", ["", ".", "e.", ".5", "e", "e.-1", "e.1.5x", "e.٣", "e.5 ", "e." + "9" * 5000, "x" * 10**6]
)
def test_what_is_no_position_is_none(said):
    assert Position.parse(said) is None


def test_a_marker_is_an_event_whose_last_argument_is_the_position():
    assert Markers("epoch").text(17) == b'42["~","epoch.17"]'


def test_the_marker_of_a_number_is_made_once():
    markers = Markers("epoch")
    assert markers.message(17) is markers.message(17)
    assert markers.message(18).text == b'42["~","epoch.18"]'
