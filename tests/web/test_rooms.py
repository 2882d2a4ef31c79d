"""The worked example on the page."""

import pytest

pytestmark = pytest.mark.slow


def test_two_users_chat_and_see_at_once_what_the_other_does(play):
    play("rooms", "chat")


def test_one_who_is_thrown_out_of_a_room_is_told_and_sees_no_more_of_it(play):
    play("rooms", "thrownOut")


def test_the_page_survives_a_restart_and_shows_what_it_missed(play):
    play("rooms", "restarts")


def test_a_room_goes_on_over_the_lives_of_many_tokens(play):
    play("rooms", "hours")


def test_with_an_account_goes_all_that_it_wrote(play):
    play("rooms", "goodbye")


def test_a_reload_comes_back_to_the_rooms(play):
    play("rooms", "reload")


def test_what_was_filled_in_wrongly_in_a_room_is_said_at_the_field(play):
    play("rooms", "wrongInput")


def test_the_keyboard_alone_is_enough_in_rooms(play):
    play("rooms", "keyboard")


def test_rooms_fit_on_a_phone_and_on_a_desktop_in_light_and_in_dark(play, tmp_path):
    play("rooms", "pictures")
    assert len(list(tmp_path.glob("*.png"))) == 2 * (3 + 1)
