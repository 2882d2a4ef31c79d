"""`make upgrade`, from this version to a made-up next one, in a clone whose own files were edited."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from engine.package import manifest

ROOT = Path(__file__).parent.parent
NOT_CLONED = shutil.ignore_patterns(".*", "node_modules", "var", "__pycache__", "bench", "docs")
MADE_UP = "99.0.0"
NEWS = f"## {MADE_UP}\n\nEverything is better.\n"

pytestmark = pytest.mark.shipped


def copied(folder: Path) -> Path:
    shutil.copytree(ROOT, folder, ignore=NOT_CLONED)
    manifest.write(folder / "engine")
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.fixture
def newer(tmp_path):
    """A next version of the starter, which greets in an engine of its own and says so."""
    newer = copied(tmp_path / "newer")
    (newer / "engine" / "better.py").touch()
    edit(newer / "engine" / "CHANGELOG.md", "\n## ", f"\n{NEWS}\n## ")
    edit(newer / "engine" / "requirements.txt", "tornado~=", "# Better\ntornado~=")
    manifest.write(newer / "engine")
    return newer


@pytest.fixture
def clone(tmp_path):
    """A clone in which somebody has edited what is theirs; it shares our packages, which count as installed."""
    clone = copied(tmp_path / "clone")
    for file in ("realtime/connection.py", "tests/test_connection.py"):
        edit(clone / file, "Hello ", "Welcome ")
    (clone / ".venv").mkdir()
    for shared in ("bin", "lib", "pyvenv.cfg"):
        (clone / ".venv" / shared).symlink_to(ROOT / ".venv" / shared)
    (clone / ".venv" / "installed").touch()
    return clone


@pytest.fixture
def upgraded(clone, newer, mongodb_url):
    """`upgraded()` runs it; installing is but told, and a few tests are enough."""
    time.sleep(0.01)  # What the upgrade writes is younger than what was installed.

    def upgraded() -> subprocess.CompletedProcess:
        environment = {**os.environ, "PYTEST_ADDOPTS": "-p no:cacheprovider tests/test_connection.py"}
        command = ["make", "upgrade", f"FROM={newer}", "PIP=echo installs"]
        return subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True)

    return upgraded


def test_it_replaces_the_engine_installs_runs_the_tests_and_tells_what_is_new(clone, newer, upgraded):
    done = upgraded()
    assert done.returncode == 0, done.stdout + done.stderr
    assert manifest.hashes(clone / "engine") == manifest.hashes(newer / "engine")
    assert "Welcome " in (clone / "realtime" / "connection.py").read_text()
    assert "installs -r requirements-dev.txt" in done.stdout
    assert re.search(r"\d passed", done.stdout)
    assert done.stdout.rstrip().endswith(NEWS.rstrip())


def test_it_refuses_where_somebody_has_edited_the_engine_and_names_the_files(clone, upgraded):
    edit(clone / "engine" / "io.py", "class IO", "MINE = 1\n\n\nclass IO")
    before = manifest.hashes(clone / "engine")
    done = upgraded()
    assert done.returncode != 0
    assert "engine/io.py" in done.stderr
    assert manifest.hashes(clone / "engine") == before


def test_it_says_so_where_the_tests_fail_afterwards(newer, upgraded):
    edit(newer / "engine" / "io.py", "class IO", "MISTAKE\n\n\nclass IO")
    manifest.write(newer / "engine")
    done = upgraded()
    assert done.returncode != 0
    assert "The tests fail with it" in done.stdout
    assert NEWS.rstrip() in done.stdout
