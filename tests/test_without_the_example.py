"""The example can go: the README's lines delete it, and all else still works."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.may_take(600)]

ROOT = Path(__file__).parent.parent
NOT_CLONED = shutil.ignore_patterns(
    ".git", ".env", ".*_cache", ".hypothesis", ".venv*", "node_modules", "var", "__pycache__"
)
OURS = ["tests", "-m", "not slow and not shipped"]


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """A copy of the project in which somebody has run what the README says."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    shutil.copytree(ROOT, folder, ignore=NOT_CLONED)
    for each in (".venv", "node_modules"):
        if (ROOT / each).exists():
            (folder / each).symlink_to(ROOT / each)
    section = (ROOT / "README.md").read_text().partition("\n## Without the example\n")[2]
    lines = re.search(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)[1]
    done = subprocess.run(["bash", "-ec", lines], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def run(clone):
    """Runs a program in the copy; what it said is the complaint if it fails."""

    def run(*command):
        done = subprocess.run(command, cwd=clone, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_nothing_of_it_is_left(run, clone):
    left = ["app.py", "tasks.py", *(f"{folder}/**/*.*" for folder in ("handlers", "models", "realtime", "web"))]
    naming = re.compile(r"models?.room|handlers.(rooms|notices)|web/example|pane-chat")
    assert [file for each in left for file in clone.glob(each) if naming.search(file.read_text())] == []


def test_style_and_types_are_right(run):
    bin = Path(".venv/bin")
    run(bin / "ruff", "check")
    run(bin / "ruff", "format", "--check")
    run(bin / "pyright")


def test_the_tests_of_what_is_left_pass(run):
    assert " passed" in run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *OURS)


def test_the_page_works(run, node, chromium):
    assert " passed" in run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/web/test_page.py")


def test_the_benchmark_runs(run):
    assert " passed" in run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "bench/tests")
