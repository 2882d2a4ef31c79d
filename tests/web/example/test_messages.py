"""The messages of the worked example on the page."""

import pytest

pytestmark = pytest.mark.slow


def test_the_page_survives_a_restart_and_shows_what_it_missed(play):
    play("example/messages", "restarts")


def test_a_room_goes_on_over_the_lives_of_many_tokens(play):
    play("example/messages", "hours")


def test_messages_stand_under_their_day_and_those_in_a_row_under_one_name_and_time(play):
    play("example/messages", "days")


def test_rooms_fit_on_a_phone_and_on_a_desktop_in_light_and_in_dark(play, tmp_path):
    play("example/messages", "pictures")
    assert len(list(tmp_path.glob("*.png"))) == 2 * (3 + 1)
