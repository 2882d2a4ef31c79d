"""`make upgrade FROM=../newer`: a newer engine takes the place of this one.

FROM is a checkout of the newer starter, or an archive of one. Nothing is changed if somebody has edited engine/. After
the exchange `make test` installs what is new and runs the tests, and the changelog says what has changed.
"""

import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.package import changelog, manifest

EDITED = "These files of engine/ were edited, and would be lost: {}. Take that back, or keep it outside of engine/."
DAMAGED = "These files of the newer engine are not as they were released: {}."
NOT_NEWER = "{} has version {} of engine/, and this is {}."
NO_ENGINE = "{} is neither a checkout nor an archive of the starter: there is no engine/ in it."
GREEN = "The tests pass with it. What is new:"
RED = "The tests fail with it. See what is to do below, or go back: git checkout engine && git clean -df engine"


class CannotUpgrade(Exception):
    """The text says why; nothing was changed."""


@contextmanager
def unpacked(source: Path) -> Generator[Path]:
    """The folder engine/ of a checkout or an archive. Raises CannotUpgrade."""
    with TemporaryDirectory() as folder:
        if source.is_file():
            try:
                shutil.unpack_archive(source, folder)
            except (shutil.ReadError, ValueError):
                raise CannotUpgrade(NO_ENGINE.format(source)) from None
        root = Path(folder) if source.is_file() else source
        # An archive has all in one folder, as a rule.
        found = [place / "engine" for place in (root, *root.glob("*/")) if (place / "engine" / manifest.NAME).exists()]
        if not found:
            raise CannotUpgrade(NO_ENGINE.format(source))
        yield found[0]


def check(newer: Path, ours: Path) -> None:
    """Raise CannotUpgrade unless the one may take the place of the other."""
    if paths := manifest.edited(ours):
        raise CannotUpgrade(EDITED.format(" ".join(f"engine/{path}" for path in paths)))
    if paths := manifest.edited(newer):
        raise CannotUpgrade(DAMAGED.format(" ".join(paths)))
    versions = changelog.version(newer), changelog.version(ours)
    if not changelog.is_newer(*versions):
        raise CannotUpgrade(NOT_NEWER.format(newer.parent, *versions))


def replace(ours: Path, newer: Path) -> None:
    """Put the one in the place of the other: all of it, or, if something goes wrong, none."""
    new, old = ours.with_name(".engine.new"), ours.with_name(".engine.old")
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    # Without the times of the files: make is to see that the requirements are new.
    shutil.copytree(newer, new, copy_function=shutil.copy, ignore=shutil.ignore_patterns("__pycache__"))
    ours.rename(old)
    new.rename(ours)
    shutil.rmtree(old)


def upgrade(source: Path, ours: Path = manifest.ENGINE) -> bool:
    """Replace the engine, and tell what is new; whether the tests pass. Raises CannotUpgrade."""
    with unpacked(source) as newer:
        check(newer, ours)
        before = changelog.version(ours)
        replace(ours, newer)
    passed = subprocess.run(["make", "test"], cwd=ours.parent).returncode == 0  # noqa: S607
    print(f"\nengine/ is now at {changelog.version(ours)}. {GREEN if passed else RED}\n")
    print(changelog.since(ours, before), flush=True)
    return passed


def main(arguments: list[str]) -> None:
    """Run the command. Exits with 1 where it cannot, and where the tests fail."""
    if len(arguments) != 1 or not arguments[0]:
        sys.exit("Which one? make upgrade FROM=../newer (a checkout of the newer starter, or an archive of one)")
    try:
        passed = upgrade(Path(arguments[0]))
    except CannotUpgrade as error:
        sys.exit(str(error))
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
