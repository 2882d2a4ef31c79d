"""Programs that a test may need and a machine may lack: Node, a browser, Redis, proxies."""

import os
import shutil
from typing import TypeVar

import pytest

from engine.testing.processes import ROOT

MACOS_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
T = TypeVar("T")


def needed(found: T | None, missing: str) -> T:
    """Return `found`, or else skip the test, saying how to get what is missing. With CI=true it fails."""
    if not found:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"This test needs {missing}")
    return found


@pytest.fixture(scope="session")
def node() -> str:
    """The program that runs JavaScript; what package.json lists is installed."""
    program = needed(shutil.which("node"), "Node: sudo apt-get install nodejs npm, then make test")
    needed((ROOT / "node_modules" / "socket.io-client").exists(), "the packages of package.json: make test")
    return program


@pytest.fixture(scope="session")
def chromium(node) -> str:
    """The browser, for playwright-core to drive."""
    names = ("chromium", "chromium-browser", "google-chrome", MACOS_CHROME)
    return needed(next(filter(None, map(shutil.which, names)), None), "Chromium: sudo apt-get install chromium")


@pytest.fixture(scope="session")
def redis_program() -> str:
    """The program that is a Redis."""
    return needed(shutil.which("redis-server"), "Redis: sudo apt-get install redis-server")


@pytest.fixture(scope="session")
def nginx() -> str:
    """A proxy. Debian has it where only root looks."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    return needed(shutil.which("nginx", path=path), "nginx: sudo apt-get install nginx")


@pytest.fixture(scope="session")
def caddy() -> str:
    """Another one."""
    return needed(shutil.which("caddy"), "Caddy: sudo apt-get install caddy")


@pytest.fixture(scope="session")
def openssl() -> str:
    """The program that makes certificates."""
    return needed(shutil.which("openssl"), "OpenSSL: sudo apt-get install openssl")
