"""The page's connection."""

import pytest

from realtime import io

pytestmark = pytest.mark.slow


def test_a_page_whose_token_holds_no_more_asks_to_log_in(play):
    play("connection", "anotherSecret")


@pytest.mark.may_take(60)
async def test_one_who_is_disconnected_for_good_reads_why(play_here, db):
    async def disconnect():
        await io.disconnect(str((await db.users.find_one())["_id"]), "You have been naughty.")

    await play_here("connection", "disconnected", {"disconnect": disconnect})


def test_a_page_of_another_origin_works_once_it_is_listed(play):
    play("connection", "elsewhere")


def test_a_page_of_2020_of_a_listed_origin_works_with_its_own_client(play):
    play("connection", "elsewhereIn2020")


def test_a_page_stays_connected_over_the_lives_of_many_tokens(play):
    play("connection", "hours")


def test_a_lost_answer_to_a_refresh_is_asked_for_again_and_a_long_silence_survived(play):
    play("connection", "lostAnswers")


def test_a_page_whose_token_expired_while_it_was_away_goes_on(play):
    play("connection", "asleep")


def test_a_duplicated_tab_shares_the_tokens_and_neither_presents_one_twice(play):
    play("connection", "duplicatedTab")
