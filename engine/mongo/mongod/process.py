"""The process of the private mongod: found or started, and stopped."""

import fcntl
import hashlib
import os
import signal
import socket
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

from engine.mongo.mongod.program import CannotStart, program, why

KEEPER = Path(__file__).with_name("keeper.sh")
START_SECONDS = 60.0
STOP_SECONDS = 20.0
LONGEST_SOCKET_NAME = 100  # bytes; Linux takes 107 and macOS 103.

# Small files and a small cache: the data of development is small too.
OPTIONS = [
    *("--replSet", "rs0"),
    *("--oplogSize", "64"),
    # With half of it, a document of 16 MB, which MongoDB allows, is too large a transaction.
    *("--wiredTigerCacheSizeGB", "0.5"),
    *("--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=16MB)"),
    *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    *("--filePermissions", "0700"),
    # No other socket than the one of --bind_ip: by default it takes /tmp/mongodb-27017.sock from whoever has it.
    "--nounixsocket",
]


class InUse(CannotStart):
    """Another process has the folder."""


class Mongod:
    """The mongod whose data is under `folder`, as the one app sees it that holds the lock."""

    def __init__(self, folder: Path, alone_seconds: int):
        self.folder = folder
        self.alone_seconds = alone_seconds
        self.keeper: subprocess.Popen[bytes] | None = None
        self.data = folder / "data"
        self.lock_file = self.data / "mongod.lock"
        self.log = folder / "mongod.log"
        self.app = folder / "app.pid"
        self.socket = _short(folder / "mongod.sock")
        self.url = f"mongodb://{quote(str(self.socket), safe='')}/?directConnection=true&journal=true"

    def lock(self) -> IO[str]:
        """A file that keeps other apps out of the folder while it is open, however this process ends."""
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            self.socket.parent.mkdir(mode=0o700, exist_ok=True)
            file = self.app.open("a+")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        except BlockingIOError:
            raise InUse(self._in_use()) from None
        except OSError as error:
            raise CannotStart(f"MongoDB's folder cannot be used: {error}.") from None
        if not _private(self.socket.parent):
            raise CannotStart(f"{self.socket.parent} is not private to this user. Remove it.")
        return file

    def start(self) -> None:
        """Starts mongod, or takes over the one that runs, and waits until it can be written to. Raises CannotStart."""
        deadline = time.monotonic() + START_SECONDS
        while not self.writable(owner=True):
            if self.keeper is None and not self._runs():
                self.keeper = self._spawn()
            elif self.keeper is not None and self.keeper.poll() is not None:
                raise CannotStart(why(self.keeper.returncode, self.log))
            elif time.monotonic() > deadline:
                raise self.silent()
            time.sleep(0.01)

    def lives(self) -> bool:
        """Whether its process is there, one that does not answer included."""
        return self._runs()

    def restart(self):
        """Starts it again after its end. Raises CannotStart."""
        if self.keeper is not None and self.keeper.poll() is None:
            self.keeper.wait()
        self.keeper = None
        self.start()

    def writable(self, owner: bool = False) -> bool:
        """Whether it runs and can be written to. Who holds the lock makes it a replica set, where it is none yet."""
        if not (_private(self.socket.parent) and _accepts(self.socket)):
            return False
        with suppress(PyMongoError), MongoClient[dict[str, Any]](self.url, serverSelectionTimeoutMS=1000) as client:
            hello = client.admin.command("hello")
            if owner and "setName" not in hello:
                self._make_replica_set(client.admin)
            return hello["isWritablePrimary"]
        return False

    def silent(self) -> CannotStart:
        """The error of one who has waited for START_SECONDS."""
        return CannotStart(f"MongoDB did not answer within {START_SECONDS:.0f} s. Its log is {self.log}.")

    def stop(self) -> None:
        """Stops mongod, if it runs, and waits for its end."""
        deadline = time.monotonic() + STOP_SECONDS
        self._signal(signal.SIGTERM)
        while self._runs() or (self.keeper and self.keeper.poll() is None):
            if time.monotonic() > deadline:
                self._signal(signal.SIGKILL)
            time.sleep(0.01)
        if self.socket.parent != self.folder:
            with suppress(OSError):
                self.socket.parent.rmdir()

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [program(), "--dbpath", self.data, "--bind_ip", self.socket, *OPTIONS]
        with self.log.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 (a fixed command)
                ["/bin/sh", KEEPER, str(self.alone_seconds), self.app, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches the app alone, which needs the database while it drains.
                start_new_session=True,
            )

    def _runs(self) -> bool:
        """Whether a mongod has the data open: it holds a lock on this file for as long as it lives."""
        try:
            with self.lock_file.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def _signal(self, number: int) -> None:
        """To mongod, if it runs, and to a keeper of ours, whose process group it is in."""
        with suppress(ProcessLookupError, FileNotFoundError, ValueError):
            if self.keeper and self.keeper.poll() is None:
                os.killpg(self.keeper.pid, number)
            elif self._runs():
                os.kill(int(self.lock_file.read_text()), number)

    def _make_replica_set(self, admin: Database[dict[str, Any]]) -> None:
        """Of one node, so that transactions and change streams work as in production."""
        try:
            admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": str(self.socket)}]})
        except OperationFailure:
            # The folder was moved since: the set knows its node by another name.
            config = admin.command("replSetGetConfig")["config"]
            config["version"] += 1
            config["members"][0]["host"] = str(self.socket)
            admin.command("replSetReconfig", config, force=True)

    def _in_use(self) -> str:
        return (
            f"Another copy of this app (process {self.app.read_text()}) uses {self.folder.parent}. Stop it, or give "
            "this one a folder and a port of its own: VAR_DIR=var2 PORT=8889 make run"
        )


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077


def _short(path: Path) -> Path:
    """The path of a unix socket, elsewhere if the name is longer than the kernel takes."""
    if len(os.fsencode(path)) <= LONGEST_SOCKET_NAME:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(f"/tmp/mongod-{os.getuid()}-{digest}") / path.name  # noqa: S108 (checked to be ours)
