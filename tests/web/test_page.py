"""The page in a real browser, against the app as a process. `page.cjs` says what people do there."""

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from realtime import io

PROGRAM = Path(__file__).parent / "page.cjs"
pytestmark = pytest.mark.slow


@pytest.fixture
def play(node, chromium, start, tmp_path):
    """`play("chat")` plays a scenario of `page.cjs`; pictures that it takes are in `tmp_path`."""
    app = start().listens()

    def play(scenario: str):
        def restart(settings: str):
            nonlocal app
            assert app.stopped() == 0
            app = start(**{"PORT": str(app.port), **json.loads(settings)}).listens()
            return "restarted"

        def mail(part: str):
            return app.until(rf"http\S+{re.escape(part)}\S+")[0]

        def block(name: str):
            assert start([sys.executable, "-m", "models", "block", name]).ended() == 0
            return "blocked"

        command = [node, PROGRAM, scenario, f"http://localhost:{app.port}", chromium, tmp_path]
        with subprocess.Popen(command, text=True, stdin=PIPE, stdout=PIPE, stderr=PIPE) as browser:
            for line in browser.stdout:
                what, rest = line.rstrip().split(" ", 1)
                browser.stdin.write({"restart": restart, "mail": mail, "block": block}[what](rest) + "\n")
                browser.stdin.flush()
            complaint = browser.stderr.read()
        assert browser.returncode == 0, complaint

    yield play
    assert app.stopped() == 0
    assert "Traceback" not in app.said


def test_two_users_chat_and_see_at_once_what_the_other_does(play):
    play("chat")


def test_one_who_is_thrown_out_of_a_room_is_told_and_sees_no_more_of_it(play):
    play("thrownOut")


def test_the_page_survives_a_restart_and_shows_what_it_missed(play):
    play("restarts")


def test_a_page_whose_token_holds_no_more_asks_to_log_in(play):
    play("anotherSecret")


@pytest.mark.may_take(60)
async def test_one_who_is_disconnected_for_good_reads_why(node, chromium, http_server, base_url, tmp_path, db):
    browser = await asyncio.create_subprocess_exec(
        *(node, PROGRAM, "disconnected", base_url, chromium, tmp_path), stdin=PIPE, stdout=PIPE
    )
    assert await browser.stdout.readline() == b"throw out\n"
    await io.disconnect(str((await db.users.find_one())["_id"]), "You have been naughty.")
    browser.stdin.write(b"done\n")
    assert await browser.wait() == 0


def test_a_page_of_another_origin_works_once_it_is_listed(play):
    play("elsewhere")


def test_a_page_stays_connected_over_the_lives_of_many_tokens(play):
    play("hours")


def test_a_lost_answer_to_a_refresh_is_asked_for_again_and_a_long_silence_survived(play):
    play("lostAnswers")


def test_a_page_whose_token_expired_while_it_was_away_goes_on(play):
    play("asleep")


def test_a_duplicated_tab_shares_the_tokens_and_neither_presents_one_twice(play):
    play("duplicatedTab")


def test_another_device_is_logged_out_from_here_and_says_why(play):
    play("devices")


def test_one_who_is_blocked_is_logged_out_and_reads_why(play):
    play("blocked")


def test_logging_out_ends_the_session_here_even_if_the_server_cannot_be_told(play):
    play("unreachable")


def test_a_forgotten_password_is_replaced_through_a_mail(play):
    play("forgotten")


def test_an_address_is_confirmed_through_a_mail_where_the_server_asks_for_it(play):
    play("confirmation")


def test_an_account_is_renamed_and_deleted(play):
    play("goodbye")


def test_one_who_guesses_passwords_is_told_when_to_try_again(play):
    play("guessing")


def test_a_reload_keeps_the_user_logged_in(play):
    play("reload")


def test_a_page_whose_client_script_does_not_load_says_so(play):
    play("withoutClient")


def test_what_was_filled_in_wrongly_is_said_at_the_field(play):
    play("wrongInput")


def test_the_keyboard_alone_is_enough(play):
    play("keyboard")


def test_everything_fits_on_a_phone_and_on_a_desktop_in_light_and_in_dark(play, tmp_path):
    play("pictures")
    assert len(list(tmp_path.glob("*.png"))) == 2 * (6 + 4)
