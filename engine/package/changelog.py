"""CHANGELOG.md: what is new in which version, the newest first, each under a heading `## 1.2.3`."""

import re
from pathlib import Path

HEADING = re.compile(r"^## (\d+(?:\.\d+)*)$", re.MULTILINE)


def version(engine: Path) -> str:
    """The version of an engine. Raises ValueError where its changelog names none."""
    found = HEADING.search(_text(engine))
    if found is None:
        raise ValueError(f"{engine} has no CHANGELOG.md that names a version")
    return found[1]


def since(engine: Path, old: str) -> str:
    """What the changelog of an engine says of the versions after an old one."""
    parts = HEADING.split(_text(engine))
    sections = zip(parts[1::2], parts[2::2], strict=True)
    return "\n".join(f"## {each}\n\n{text.strip()}\n" for each, text in sections if is_newer(each, old))


def is_newer(one: str, other: str) -> bool:
    """Whether a version comes after another one."""
    return _numbers(one) > _numbers(other)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _text(engine: Path) -> str:
    file = engine / "CHANGELOG.md"
    return file.read_text() if file.exists() else ""
