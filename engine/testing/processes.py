"""What tests of processes ask, and the app as a process."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = {"PATH", "HOME", "LANG", "TMPDIR", "CI", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}
APP = [sys.executable, ROOT / "app.py"]


def bare_environment() -> dict[str, str]:
    """What a process needs of this one's environment, without any setting."""
    return {name: value for name, value in os.environ.items() if name in NEEDED}


def lives(pid: int) -> bool:
    """Whether the process is there, and not merely its exit code for a parent that has not asked yet."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return state != "" and not state.startswith("Z")


def eventually(condition, seconds: float = 60) -> bool:
    """Whether it comes true in that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Process:
    """The app in a folder of its own. What it writes is in `said`."""

    def __init__(self, folder: Path, environment: dict, command=APP):
        self.folder, self.said = folder, ""
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**bare_environment(), "PORT": "0", "APP_DIR": str(folder), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Under nohup the tests themselves ignore it, which children inherit.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )

    def until(self, pattern: str) -> re.Match:
        """Waits until a line has it."""
        for line in self.process.stdout:
            self.said += line
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"ended without {pattern!r}:\n{self.said}")

    def listens(self) -> "Process":
        self.port = int(self.until(r"(?:localhost:|port )(\d+)")[1])
        return self

    def ended(self) -> int:
        """Waits for its end, and returns the exit code."""
        self.said += self.process.communicate(timeout=120)[0]
        return self.process.returncode

    def stopped(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.ended()

    def ask(self, method: str, path: str, body=None, token: str = "") -> tuple[int, dict]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())

    def accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def mongod(self) -> int:
        return int((self.folder / "var" / "mongo" / "data" / "mongod.lock").read_text())


@pytest.fixture
def start(tmp_path):
    """`app = start(PORT="8889")` starts the app with these settings, `start(command)` another program; see Process.

    All of them run in one folder, and those that still run end with the test.
    """
    started: list[Process] = []

    def start(command=APP, **environment) -> Process:
        started.append(Process(tmp_path, {"PYTHONPATH": str(ROOT), **environment}, command))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.stopped()
