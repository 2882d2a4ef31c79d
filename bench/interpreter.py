"""Which Python the benchmark runs on: one that was built without a profile takes a fifth longer for everything."""

import json
import platform
import subprocess
import sys
import sysconfig

FLAGS = ("CONFIG_ARGS", "PY_CFLAGS", "PY_CORE_CFLAGS", "PY_CFLAGS_NODIST")
PROFILED = ("--enable-optimizations", "-fprofile-use", "-fprofile-instr-use")
LINKED = ("--with-lto", "-flto")
CANDIDATES = ("python3", "/usr/bin/python3")


def build() -> str:
    """How this Python was built: "optimized", by whom or with what besides, or "a plain build"."""
    # Debian and Ubuntu optimize theirs, and keep the flags from what sysconfig tells.
    if "deb_system" in sysconfig.get_scheme_names():
        return "optimized, Debian's"
    flags = " ".join(str(sysconfig.get_config_var(name)) for name in FLAGS)
    if not any(flag in flags for flag in PROFILED):
        return "a plain build"
    return "optimized, with LTO" if any(flag in flags for flag in LINKED) else "optimized"


def described() -> dict:
    """What there is to know of this Python."""
    return {
        "name": f"{platform.python_version()} ({build()})",
        "optimized": build().startswith("optimized"),
        "new_enough": sys.version_info >= (3, 11),
        "place": f"{platform.python_version()}{sys.base_prefix.replace('/', '-')}",
    }


def ask(command: str):
    """What `described` says under another Python; None if it cannot be run."""
    try:
        return json.loads(subprocess.run([command, __file__], stdout=subprocess.PIPE, check=True).stdout)
    except (OSError, subprocess.CalledProcessError):
        return None


def choose(given: str) -> str:
    """The command of the Python to take: the given one, else the first optimized one. Exits if there is none."""
    found = {command: ask(command) for command in ([given] if given else CANDIDATES)}
    usable = {command: each for command, each in found.items() if each and each["new_enough"]}
    if not usable:
        sys.exit(f"Python 3.11 or newer is needed, and {' or '.join(found)} is none. PYTHON=python3.13 names another.")
    command = next((command for command, each in usable.items() if each["optimized"]), next(iter(usable)))
    if not usable[command]["optimized"]:
        print(f"{command} is a plain build: all takes a fifth longer than in an optimized one.", file=sys.stderr)
    return command


if __name__ == "__main__":
    print(json.dumps(described()))
