"""The page in a real browser, against the app as a process, or in the one that the test runs in."""

import asyncio
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest


@pytest.fixture(scope="session")
def player() -> Path:
    """Plays what people do on the page; the files beside it say what that is."""
    return Path(__file__).parent / "play.mjs"


@pytest.fixture
def play(node, chromium, player, start, tmp_path):
    """`play("page", "phone")` plays the scenario `phone` of `page.mjs`; pictures that it takes are in `tmp_path`."""
    app = start().listens()

    def play(file: str, scenario: str):
        def restart(settings: str):
            nonlocal app
            assert app.stopped() == 0
            app = start(**{"PORT": str(app.port), **json.loads(settings)}).listens()
            return "restarted"

        def mail(part: str):
            return app.until(rf"http\S+{re.escape(part)}\S+")[0]

        def block(name: str):
            assert start([sys.executable, "-m", "models", "block", name]).ended() == 0
            return "blocked"

        command = [node, player, file, scenario, f"http://localhost:{app.port}", chromium, tmp_path]
        with subprocess.Popen(command, text=True, stdin=PIPE, stdout=PIPE, stderr=PIPE) as browser:
            for line in browser.stdout:
                what, rest = line.rstrip().split(" ", 1)
                browser.stdin.write({"restart": restart, "mail": mail, "block": block}[what](rest) + "\n")
                browser.stdin.flush()
            complaint = browser.stderr.read()
        assert browser.returncode == 0, complaint

    yield play
    assert app.stopped() == 0
    assert "Traceback" not in app.said


@pytest.fixture
def play_here(node, chromium, player, http_server, base_url, tmp_path):
    """`await play_here("trouble", "hookFails", {"mend": mend})` calls `mend()` when the scenario asks to "mend"."""

    async def play_here(file: str, scenario: str, does: dict):
        command = [node, player, file, scenario, base_url, chromium, tmp_path]
        browser = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        async for line in browser.stdout:
            done = does[line.decode().strip()]()
            if inspect.isawaitable(done):
                await done
            browser.stdin.write(b"done\n")
        complaint = await browser.stderr.read()
        assert await browser.wait() == 0, complaint.decode()

    return play_here
