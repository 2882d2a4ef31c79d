"""web/client/, the files that a front end of one's own copies, in Node and with tokens that live for two seconds."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "client.mjs"
pytestmark = pytest.mark.slow


@pytest.fixture
def app(start):
    return start(ACCESS_TOKEN_SECONDS="2").listens()


@pytest.fixture
def says(node, app):
    """`says("connect")` waits for what the front end says of that kind, and returns all that it says until then."""
    command = [node, PROGRAM, f"http://127.0.0.1:{app.port}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as front_end:

        def says(what: str) -> list[str]:
            said = []
            for line in front_end.stdout:
                said.append(line.strip())
                if line.startswith(what):
                    return said
            raise AssertionError(f"ended without {what!r}: {said}")

        yield says
        front_end.stdin.close()


@pytest.fixture
def command(start):
    """`command("block", "anna")`, as an administrator does."""

    def command(*arguments: str) -> None:
        assert start([sys.executable, "-m", "models", *arguments]).ended() == 0

    return command


def test_it_stays_connected_over_the_lives_of_many_tokens(says):
    assert says("load") == ["connect", "load"]
    assert [says("renewed") for _ in range(3)] == [["renewed"]] * 3


def test_it_comes_back_by_itself_when_the_server_restarts_even_where_its_token_has_expired_meanwhile(says, app, start):
    says("connect")
    assert app.stopped() == 0
    says("disconnect")
    start(PORT=str(app.port), ACCESS_TOKEN_SECONDS="2").listens()
    says("load")
    assert says("renewed") == ["renewed"]


def test_it_ends_for_good_when_its_session_does_and_says_why(says, command):
    says("connect")
    command("logout", "anna")
    # Its socket says so, or the refresh that was under way.
    assert says("ended")[-1].endswith("An administrator ended this session; log in again.")


def test_it_ends_for_good_when_the_server_refuses_new_tokens(says, app, start, command):
    says("connect")
    assert app.stopped() == 0
    says("disconnect")
    command("block", "anna")
    start(PORT=str(app.port), ACCESS_TOKEN_SECONDS="2").listens()
    assert says("ended")[-1] == "ended user_blocked Your account has been blocked by an administrator"
