"""The page as such."""

import pytest

pytestmark = pytest.mark.slow


def test_a_page_whose_client_script_does_not_load_says_so(play):
    play("page", "withoutClient")


def test_a_reload_keeps_the_user_logged_in(play):
    play("page", "reload")


def test_log_in_and_register_are_tabs_for_the_keyboard_and_for_screen_readers(play):
    play("page", "tabs")


def test_what_was_filled_in_wrongly_is_said_at_the_field(play):
    play("page", "wrongInput")


def test_the_keyboard_alone_is_enough(play):
    play("page", "keyboard")


def test_everything_fits_on_a_phone_and_on_a_desktop_in_light_and_in_dark(play, tmp_path):
    play("page", "pictures")
    assert len(list(tmp_path.glob("*.png"))) == 2 * (3 + 3)
