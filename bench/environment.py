"""An environment for the benchmark alone: `python3 -m bench.environment [PYTHON]` makes it, and prints its Python.

There is one for each Python, in .venv-bench/, so that the app's own stays as it is.
"""

import subprocess
import sys
from pathlib import Path

from bench import interpreter

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ("requirements-bench.txt", "requirements.txt", "engine/requirements.txt", "engine/requirements-dev.txt")


def install(command: str, folder: Path) -> Path:
    """Make the environment unless it is there with all that is required; returns its Python."""
    python, installed = folder / "bin" / "python", folder / "installed"
    wanted = "".join((ROOT / name).read_text() for name in REQUIREMENTS)
    if not installed.is_file() or installed.read_text() != wanted:
        print(f"Installing Python packages into {folder.relative_to(ROOT)} ...", file=sys.stderr)
        subprocess.run([command, "-m", "venv", folder], check=True, stdout=sys.stderr)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", ROOT / REQUIREMENTS[0]], check=True, stdout=sys.stderr)
        installed.write_text(wanted)
    return python


def main():
    command = interpreter.choose(sys.argv[1] if len(sys.argv) > 1 else "")
    try:
        print(install(command, ROOT / ".venv-bench" / interpreter.ask(command)["place"]))
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)


if __name__ == "__main__":
    main()
