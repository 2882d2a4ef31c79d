"""The app as a process: how it starts, what it says when it cannot, and how it ends."""

import shutil
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.testing.processes import ROOT, eventually, lives

pytestmark = pytest.mark.slow

RELOADING = [sys.executable, "-m", "tornado.autoreload", "--until-success", ROOT / "app.py"]
SECRET = "s" * 32


REGISTRATION = {"username": "anna", "email": "anna@example.com", "password": "correct horse"}
LOGIN = {"identifier": "anna", "password": "correct horse"}


def test_it_starts_with_no_settings_and_ctrl_c_ends_it_and_its_mongod(start):
    app = start().listens()
    mongod = app.mongod
    assert app.ask("GET", "/healthz")[0] == 200
    assert app.stopped() == 0
    assert not lives(mongod)
    assert "Traceback" not in app.said


def test_after_a_kill_the_next_start_goes_on_with_the_same_mongod_tokens_and_users(start):
    first = start().listens()
    _, registered = first.ask("POST", "/auth/local/register", REGISTRATION)
    mongod = first.mongod
    first.stopped(signal.SIGKILL)

    second = start().listens()
    assert second.mongod == mongod
    status, logged_in = second.ask("POST", "/auth/local", LOGIN)
    assert (status, logged_in["user"]) == (200, registered["user"])
    assert second.stopped() == 0
    assert not lives(mongod)


def test_a_second_one_in_the_same_folder_says_how_to_have_both(start):
    first = start().listens()
    second = start()
    assert second.ended() == 2
    assert second.said.strip() == (
        f"Another copy of this app (process {first.process.pid}) uses {first.folder / 'var'}. Stop it, or give this "
        "one a folder and a port of its own: VAR_DIR=var2 PORT=8889 make run"
    )
    assert first.ask("GET", "/healthz")[0] == 200


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "http"}, "PORT cannot be used: "),
        ({"ADDRESS": "0.0.0.0"}, "ADDRESS cannot be used: 0.0.0.0 is open to the network"),
        ({"ENV": "production"}, "ENV=production needs JWT_SECRET "),
        ({"MONGODB_URL": "postgres://localhost"}, "MONGODB_URL cannot be used: "),
        ({"MONGODB_URL": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100"}, "MongoDB cannot be used: 127.0.0.1:1"),
        ({"VAR_DIR": "/dev/null/var"}, "VAR_DIR cannot be used: "),
        ({"PROCESSES": "2"}, "PROCESSES=2 needs REDIS_URL"),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence_and_an_exit_code(start, environment, sentence):
    app = start(**environment)
    assert app.ended() == 2
    assert app.said.startswith(sentence)
    assert app.said.count("\n") == 1


@pytest.fixture
def copy(tmp_path) -> Path:
    """Another copy of the app."""
    left_out = shutil.ignore_patterns(".*", "node_modules", "var", "bench")
    return shutil.copytree(ROOT, tmp_path / "copy", ignore=left_out)


def test_dot_env_and_var_are_beside_app_py_wherever_it_is_started_from(start, copy, tmp_path):
    (copy / ".env").write_text("PROT=9000\n")
    app = start([sys.executable, copy / "app.py"], APP_DIR="")
    assert app.ended() == 2
    assert app.said == "PROT in .env is no setting; .env.example lists all there are.\n"
    (copy / ".env").write_text("VAR_DIR=here\n")
    app = start([sys.executable, copy / "app.py"], APP_DIR="").listens()
    assert app.stopped() == 0
    assert (copy / "here" / "jwt_secret").exists()
    assert [each.name for each in tmp_path.iterdir()] == ["copy"]


@contextmanager
def saved_again_and_again(file: Path):
    """What is saved before autoreload's first look, half a second after the start, is no change to it."""
    over = threading.Event()

    def save():
        while not over.wait(0.2):
            file.touch()

    thread = threading.Thread(target=save)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("count", ["1", "2"])
def test_saving_dot_env_reloads_it_with_the_same_mongod(start, tmp_path, count, redis):
    (tmp_path / ".env").touch()
    app = start(RELOADING, PROCESSES=count, REDIS_URL=redis.url).listens()
    mongod = app.mongod
    with saved_again_and_again(tmp_path / ".env"):
        app.until("reloading")
    app.listens()
    assert app.ask("GET", "/healthz")[0] == 200
    assert app.mongod == mongod
    assert app.stopped() == 0
    assert not lives(mongod)


IN_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


@pytest.mark.slow
def test_ctrl_c_in_a_terminal_ends_make_run_and_all_it_started(start, tmp_path):
    make = [sys.executable, "-c", IN_A_TERMINAL, "make", "-C", ROOT, "run"]
    app = start(make, VAR_DIR=str(tmp_path / "var")).listens()
    mongod = app.mongod
    app.process.stdin.write("\x03")
    app.process.stdin.flush()
    assert app.ended() == 0
    assert not lives(mongod)


@pytest.mark.slow
def test_a_mongod_ends_with_an_app_that_waits_for_its_mistake_to_be_mended(start, copy):
    """Ctrl-C then ends autoreload alone: there is no app that could stop anything."""
    app = start([*RELOADING[:-1], copy / "app.py"], PYTHONPATH=str(copy)).listens()
    mongod = app.mongod
    mistake = copy / "models" / "errors.py"
    mistake.write_text("half a line (")
    with saved_again_and_again(mistake):
        app.until("SyntaxError")
    assert lives(mongod)
    app.stopped()
    assert eventually(lambda: not lives(mongod), seconds=30)
