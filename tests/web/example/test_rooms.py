"""The worked example on the page."""

import pytest

pytestmark = pytest.mark.slow


def test_two_users_chat_and_see_at_once_what_the_other_does(play):
    play("example/rooms", "chat")


def test_one_who_is_thrown_out_of_a_room_is_told_and_sees_no_more_of_it(play):
    play("example/rooms", "thrownOut")


def test_with_an_account_goes_all_that_it_wrote(play):
    play("example/rooms", "goodbye")


def test_a_reload_comes_back_to_the_open_room(play):
    play("example/rooms", "reload")


def test_a_reload_on_a_phone_comes_back_to_the_pane_too(play):
    play("example/rooms", "reloadOnAPhone")


def test_a_reload_does_not_open_a_room_that_one_was_thrown_out_of(play):
    play("example/rooms", "reloadThrownOut")


def test_what_was_filled_in_wrongly_in_a_room_is_said_at_the_field(play):
    play("example/rooms", "wrongInput")


def test_the_keyboard_alone_is_enough_in_rooms(play):
    play("example/rooms", "keyboard")
