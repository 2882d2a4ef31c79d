"""MANIFEST.sha256: the engine's files as they were released, which tells what somebody has edited.

`python -m engine.package.manifest` names it; with `write`, before a release, it writes the manifest. `sha256sum` reads
it too.
"""

import sys
from hashlib import sha256
from pathlib import Path

ENGINE = Path(__file__).parents[1]
NAME = "MANIFEST.sha256"
EDITED = "These files of engine/ are not as they were released: {}"


def hashes(engine: Path = ENGINE) -> dict[str, str]:
    """The SHA-256 of every file of an engine, by its path. What Python and editors leave there does not count."""
    files = [file for file in sorted(engine.rglob("*")) if file.is_file() and not _left(file.relative_to(engine))]
    return {file.relative_to(engine).as_posix(): sha256(file.read_bytes()).hexdigest() for file in files}


def _left(path: Path) -> bool:
    return path.as_posix() == NAME or "__pycache__" in path.parts or any(part.startswith(".") for part in path.parts)


def released(engine: Path = ENGINE) -> dict[str, str]:
    """The same as the manifest has it."""
    lines = (engine / NAME).read_text().splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def edited(engine: Path = ENGINE) -> list[str]:
    """The paths of what was changed, added or removed since the release."""
    is_there, was_there = hashes(engine), released(engine)
    return sorted(path for path in is_there | was_there if is_there.get(path) != was_there.get(path))


def write(engine: Path = ENGINE) -> None:
    """Make the manifest say what is there."""
    lines = [f"{digest}  {path}\n" for path, digest in hashes(engine).items()]
    (engine / NAME).write_text("".join(lines))


def main(arguments: list[str]) -> None:
    """Run the command. Exits with 1 if something was edited."""
    if arguments == ["write"]:
        write()
    if paths := edited():
        sys.exit(EDITED.format(" ".join(paths)))


if __name__ == "__main__":
    main(sys.argv[1:])
