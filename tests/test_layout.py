"""Where things are: what may import what, and that the part a newcomer reads stays short."""

import ast
import re
import subprocess
import sys
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ["engine", "handlers", "models", "realtime"]
MODULES = [
    ROOT / "app.py",
    ROOT / "settings.py",
    *(
        file
        for each in PACKAGES
        for file in (ROOT / each).rglob("*.py")
        if "test" not in file.relative_to(ROOT).parts[1]
    ),
]
FIRST_READ = [
    "handlers/__init__.py",
    "handlers/rooms.py",
    "handlers/notices.py",
    "models/room.py",
    "models/message.py",
    "realtime/connection.py",
    "realtime/events.py",
]
MOST_LINES = 300
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb"}


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def package_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).parent.parts)


@cache
def nodes(file: Path) -> list[ast.AST]:
    """All that a file is made of, at whatever depth."""
    return list(ast.walk(ast.parse(file.read_text())))


@cache
def imports(file: Path) -> set[str]:
    """The full names of all modules that a file imports, wherever in it."""
    found = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package_of(file))
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def belongs_to(module: str, packages) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def importers(*packages: str) -> set[str]:
    """The names of our modules that import any of these packages."""
    return {name_of(file) for file in MODULES if any(belongs_to(each, packages) for each in imports(file))}


def within(names: set[str], *places: str) -> set[str]:
    return {name for name in names if belongs_to(name, places)}


def outside(names: set[str], *places: str) -> set[str]:
    return names - within(names, *places)


@pytest.mark.shipped
def test_what_a_newcomer_reads_first_is_under_300_lines():
    lines = {name: len((ROOT / name).read_text().splitlines()) for name in FIRST_READ}
    assert sum(lines.values()) < MOST_LINES, lines


def test_only_the_engine_knows_socketio():
    assert outside(importers("socketio", "engineio"), "engine") == set()


def test_only_models_know_the_database():
    assert outside(importers("motor", "pymongo", "bson"), "models", "engine.mongo") == set()


def test_models_know_neither_tornado_nor_sockets_nor_what_calls_them():
    assert within(importers("tornado", "realtime", "handlers", "app"), "models") == set()


def test_of_realtime_only_the_hook_and_the_events_know_models():
    knowing = within(importers("models", "handlers", "settings", "app"), "realtime")
    assert outside(knowing, "realtime.connection", "realtime.events") == set()


def test_nothing_imports_the_app_and_only_the_app_imports_handlers():
    assert importers("app") == set()
    assert outside(importers("handlers"), "app", "handlers") == set()


def reads_the_environment(file: Path) -> bool:
    reads = {ast.unparse(node) for node in nodes(file) if isinstance(node, ast.Attribute)}
    return not ENVIRONMENT.isdisjoint(reads | imports(file))


def test_only_settings_read_the_environment():
    assert {name_of(file) for file in MODULES if reads_the_environment(file)} == set()
    assert importers("pydantic_settings") == {"engine.process.settings"}


def test_only_the_app_and_a_command_line_load_settings():
    assert outside(importers("settings"), "app", "models.__main__") == set()


def test_a_clone_has_no_name_to_replace():
    named = [file for each in (".", *PACKAGES, "tests", "bench") for file in python_files(each) if has_a_name(file)]
    assert named == []


def python_files(folder: str):
    return (ROOT / folder).glob("*.py") if folder == "." else (ROOT / folder).rglob("*.py")


def has_a_name(file: Path) -> bool:
    return re.search(r"realtime\W?starter", file.read_text(), re.IGNORECASE) is not None


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
    names = sorted(map(name_of, MODULES))
    subprocess.run([sys.executable, "-c", IMPORT_ALL, *names], cwd=ROOT, check=True)
