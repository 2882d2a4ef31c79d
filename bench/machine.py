"""The machine and the versions that a result belongs to."""

import json
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench import interpreter
from bench.competitors import NODE

PACKAGES = ("tornado", "python-socketio", "python-engineio", "uvloop", "orjson", "uvicorn", "websockets")


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def node_versions() -> dict[str, str]:
    modules = NODE / "node_modules"
    try:
        found = {
            "node": subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        }
        for name in ("socket.io", "ws"):
            found[name] = json.loads((modules / name / "package.json").read_text())["version"]
    except (OSError, subprocess.CalledProcessError):
        return {}
    return found


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def machine() -> dict:
    """CPU model, cores, kernel, memory in GB, versions."""
    return {
        "cpu": processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": f"{platform.system()} {platform.release()}",
        "versions": {
            "python": interpreter.described()["name"],
            **{name: found for name in PACKAGES if (found := installed(name))},
            **node_versions(),
        },
    }
