"""Where things are: what may import what, and that the part which a newcomer reads stays short."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.testing.modules import Modules, outside, python_files, within
from engine.testing.sizes import code_lines, file_lines

ROOT = Path(__file__).parent.parent
APP = Modules.of(ROOT, "app.py", "settings.py", "tasks.py", "handlers", "models", "realtime")
MODULES = Modules(APP | Modules.of(ROOT, "engine").without("engine.tests", "engine.testing"))
TESTS = Modules.of(ROOT, "tests", "engine/tests", "engine/testing")
ACCOUNTS = "handlers.accounts", "models.accounts"
THE_STARTERS_OWN = [
    "tests.test_command",
    "tests.test_engine_package",
    "tests.test_layout",
    "tests.test_many_nodes_page",
    "tests.test_proxies",
    "tests.test_security_page",
    "tests.test_shared_bounds",
    "tests.test_start",
    "tests.test_upgrade",
]
"""Tests of how the engine and the app are made and fit together; a clone writes none like these."""
FIRST_READ = [
    "handlers/__init__.py",
    "handlers/rooms.py",
    "handlers/notices.py",
    "models/room.py",
    "models/message.py",
    "realtime/connection.py",
    "realtime/events.py",
]
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb"}


def reads_the_environment(module) -> bool:
    reads = {ast.unparse(node) for node in module.nodes if isinstance(node, ast.Attribute)}
    return not ENVIRONMENT.isdisjoint(reads | module.imports)


def has_a_name(file: Path) -> bool:
    return re.search(r"realtime\W?starter", file.read_text(), re.IGNORECASE) is not None


@pytest.mark.shipped
def test_app_py_has_70_lines_at_most():
    assert file_lines(ROOT / "app.py") <= 70


@pytest.mark.shipped
def test_what_a_newcomer_reads_first_has_less_than_300_lines_of_code():
    lines = {name: code_lines(ROOT / name) for name in FIRST_READ}
    assert sum(lines.values()) < 300, lines


@pytest.mark.shipped
def test_the_app_without_accounts_has_less_than_700_lines_of_code():
    lines = {name: code_lines(module.file) for name, module in APP.without(*ACCOUNTS).items()}
    assert sum(lines.values()) < 700, lines


def test_no_imports_run_in_a_circle():
    assert MODULES.circle() == []


def test_only_the_engine_knows_socketio():
    assert outside(MODULES.importers("socketio", "engineio"), "engine") == set()


def test_only_models_know_the_database():
    assert outside(MODULES.importers("motor", "pymongo", "bson"), "models", "engine.mongo") == set()


def test_only_the_engine_names_the_driver():
    naming = APP.importers("motor") | TESTS.importers("motor")
    assert outside(naming, "engine") == set()


def test_models_know_neither_tornado_nor_sockets_nor_what_calls_them():
    assert within(MODULES.importers("tornado", "realtime", "handlers", "app"), "models") == set()


def test_of_the_engine_models_know_the_database_alone():
    of_engine = {each for name in within(APP, "models") for each in within(APP[name].imports, "engine")}
    assert outside(of_engine, "engine.mongo") == set()


def test_of_the_app_realtime_knows_models_alone():
    knowing = MODULES.importers("handlers", "settings", "tasks", "app") - {"realtime.__main__"}
    assert within(knowing, "realtime") == set()


def test_nothing_imports_the_app_and_only_the_app_imports_handlers():
    assert MODULES.importers("app") == set()
    assert outside(MODULES.importers("handlers"), "app", "handlers") == set()


def test_the_engine_imports_nothing_of_the_app():
    assert within(MODULES.importers("app", "settings", "handlers", "models", "realtime", "tests"), "engine") == set()
    assert within(TESTS.importers("app", "settings", "handlers", "models", "realtime", "tests"), "engine") == set()


def test_tests_of_the_app_take_nothing_of_the_engine_but_its_kit():
    tests = TESTS.without("tests.handlers.accounts", "tests.models.accounts", *THE_STARTERS_OWN)
    assert outside(tests.importers("engine"), "engine") == set()
    assert [name for name in outside(set(tests), "engine") if "io.server." in tests[name].file.read_text()] == []


def test_only_settings_read_the_environment():
    reading = {name for name, module in MODULES.items() if reads_the_environment(module)}
    assert outside(reading, "settings", "engine.process") == set()
    assert outside(MODULES.importers("pydantic_settings"), "engine.process") == set()


def test_only_the_app_and_a_command_line_load_settings():
    assert outside(MODULES.importers("settings"), "app", "models.__main__", "realtime.__main__") == set()


def test_a_clone_has_no_name_to_replace():
    files = [ROOT / "app.py", ROOT / "settings.py"]
    files += [
        file for each in ("handlers", "models", "realtime", "tests", "bench") for file in python_files(ROOT / each)
    ]
    assert [file for file in files if has_a_name(file)] == []


IMPORT_ALL = """
import importlib, sys, threading

def watch(event, arguments):
    # Threads have an event of their own only from Python 3.12 on; they are counted below.
    started = event.startswith(("socket.", "subprocess.", "os.fork", "os.posix_spawn", "os.exec", "os.system"))
    written = event == "open" and any(letter in (arguments[1] or "r") for letter in "wax+")
    if (started or written) and event != "socket.gethostname":
        raise AssertionError(f"importing {name} does {event} {arguments}")

names = sys.argv[1:]
sys.dont_write_bytecode = True
for name in ("socketio", "engineio", "motor.motor_asyncio", "tornado.httpserver", "pydantic_settings"):
    importlib.import_module(name)
sys.addaudithook(watch)
for name in names:
    importlib.import_module(name)
    assert threading.active_count() == 1, f"importing {name} starts a thread"
"""


@pytest.mark.slow
def test_importing_any_module_does_no_work():
    subprocess.run([sys.executable, "-c", IMPORT_ALL, *sorted(MODULES)], cwd=ROOT, check=True)
