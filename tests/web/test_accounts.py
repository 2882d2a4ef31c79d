"""Logging in and accounts, on the page."""

import pytest

pytestmark = pytest.mark.slow


def test_another_device_is_logged_out_from_here_and_says_why(play):
    play("accounts", "devices")


def test_one_who_is_blocked_is_logged_out_and_reads_why(play):
    play("accounts", "blocked")


def test_logging_out_ends_the_session_here_even_if_the_server_cannot_be_told(play):
    play("accounts", "unreachable")


def test_a_forgotten_password_is_replaced_through_a_mail(play):
    play("accounts", "forgotten")


def test_an_address_is_confirmed_through_a_mail_where_the_server_asks_for_it(play):
    play("accounts", "confirmation")


def test_an_account_is_renamed_and_deleted(play):
    play("accounts", "goodbye")


def test_one_who_guesses_passwords_is_told_when_to_try_again(play):
    play("accounts", "guessing")
