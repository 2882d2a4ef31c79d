"""The manifest tells what somebody has edited."""

import subprocess
import sys

import pytest

from engine.package import manifest


@pytest.fixture
def engine(tmp_path):
    """A small engine, released."""
    engine = tmp_path / "engine"
    (engine / "wire").mkdir(parents=True)
    for name in ("__init__.py", "io.py", "wire/frames.py"):
        (engine / name).write_text(f"# {name}")
    manifest.write(engine)
    return engine


def test_an_engine_as_it_was_released_is_not_edited(engine):
    assert manifest.edited(engine) == []


def test_files_that_were_changed_added_or_removed_are_named(engine):
    (engine / "io.py").write_text("# my own")
    (engine / "wire" / "more.py").touch()
    (engine / "wire" / "frames.py").unlink()
    assert manifest.edited(engine) == ["io.py", "wire/frames.py", "wire/more.py"]


def test_what_python_and_editors_leave_behind_does_not_count(engine):
    for left in ("__pycache__/io.pyc", "wire/__pycache__/frames.pyc", ".DS_Store", "wire/.frames.py.swp"):
        (engine / left).parent.mkdir(exist_ok=True)
        (engine / left).touch()
    assert manifest.edited(engine) == []


@pytest.mark.parametrize(("change", "code"), [("", 0), ("# my own", 1)])
def test_the_command_names_what_was_edited(engine, change, code):
    for name in ("__init__.py", "manifest.py"):
        source = manifest.ENGINE / "package" / name
        (engine / "package").mkdir(exist_ok=True)
        (engine / "package" / name).write_text(source.read_text())
    command = [sys.executable, "-m", "engine.package.manifest"]
    subprocess.run([*command, "write"], cwd=engine.parent, check=True)
    (engine / "io.py").write_text(change or "# io.py")
    done = subprocess.run(command, cwd=engine.parent, capture_output=True, text=True)
    assert done.returncode == code
    assert ("io.py" in done.stderr) == bool(change)
