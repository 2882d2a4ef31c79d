"""A real redis-server for tests, which can be killed, frozen and started again."""

import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import redis as library
from redis.backoff import NoBackoff
from redis.retry import Retry

from engine.http import limits_in_redis
from engine.testing.swallower import Swallower

START_SECONDS = 60


class RedisServer:
    """A private server, which keeps nothing on disk: on a unix socket, or on a port of 127.0.0.1.

    `inside` stands before its command; see network.Machine.
    """

    def __init__(self, program: str, folder: Path, *options: str, port: int = 0, inside: Sequence[str] = ()):
        self.path, self.port = folder / "redis.sock", port
        where = ["--unixsocket", str(self.path), "--port", str(port), "--bind", "127.0.0.1"]
        self.command = [*inside, program, *where, "--save", "", "--dir", str(folder), *options]
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}" if self.port else f"unix://{self.path}"

    def start(self) -> "RedisServer":
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self.ask("PING")
            except library.AuthenticationError:
                return self
            except library.ConnectionError:
                assert time.monotonic() < until, "redis-server does not start"
                time.sleep(0.01)
            else:
                return self

    def ask(self, *command, user: str | None = None, password: str | None = None):
        """The reply to a command. It blocks, so the server must not be frozen."""
        with self.client(username=user, password=password) as client:
            return client.execute_command(*command)

    def client(self, **options) -> library.Redis:
        return library.Redis(unix_socket_path=str(self.path), retry=Retry(NoBackoff(), 0), driver_info=None, **options)

    def clients(self, password: str | None = None) -> list[dict[str, str]]:
        """Who is connected, apart from who asks."""
        with self.client(password=password) as client:
            return [each for each in client.client_list() if int(each["id"]) != client.client_id()]

    def freeze(self):
        """Have it neither answer nor hang up."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        """End it, whatever state it is in."""
        self.thaw()
        self.process.kill()
        self.process.wait()


@pytest.fixture
def open_redis(redis_program, tmp_path):
    """`open_redis("--requirepass", "secret")` is a Redis of the test's own, with options; see RedisServer."""
    opened = []

    def open_redis(*options: str, port: int = 0, inside: Sequence[str] = ()) -> RedisServer:
        folder = tmp_path / f"redis{len(opened)}"
        folder.mkdir()
        opened.append(RedisServer(redis_program, folder, *options, port=port, inside=inside).start())
        return opened[-1]

    yield open_redis
    for server in opened:
        server.stop()


@pytest.fixture
def patient(monkeypatch):
    """Limits wait long for a Redis that is there, however busy the machine."""
    monkeypatch.setattr(limits_in_redis, "PATIENCE_SECONDS", 30)


@pytest.fixture
def redis(open_redis) -> RedisServer:
    """A Redis of the test's own."""
    return open_redis()


@pytest.fixture(scope="session")
def shared_redis(redis_program, tmp_path_factory) -> RedisServer:
    """One Redis for the whole run, for tests that leave it as it is and have a prefix of their own."""
    server = RedisServer(redis_program, tmp_path_factory.mktemp("redis")).start()
    yield server
    server.stop()


@pytest.fixture
def swallower(redis, tmp_path, io_loop):
    """A network on the way to `redis` that may fail; see Swallower."""
    swallower = Swallower(str(tmp_path / "swallower.sock"), str(redis.path))
    io_loop.run_sync(swallower.open)
    yield swallower
    swallower.close()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
