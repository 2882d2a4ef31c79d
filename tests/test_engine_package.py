"""engine/ as it is shipped: a package of its own, which a newer version replaces as a whole."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine.package import manifest

ROOT = Path(__file__).parent.parent
QUICK = [
    "engine/tests/wire",
    "engine/tests/loop",
    "engine/tests/mongo",
    "engine/tests/package",
    "engine/tests/sockets/test_send.py",
]


@pytest.mark.shipped
def test_the_manifest_is_that_of_the_files_that_are_there():
    assert manifest.edited() == [], "make manifest"


def test_the_changelog_begins_with_the_version():
    headings = re.findall(r"^## (.+)$", (ROOT / "engine" / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == engine.__version__


@pytest.mark.slow
def test_the_engines_tests_run_without_the_app(tmp_path):
    shutil.copytree(ROOT / "engine", tmp_path / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "-m", "not slow", *QUICK]
    # Tests that need the packages of npm are skipped there, which CI would not have.
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
