"""The private MongoDB of development: a real mongod, on a unix socket of its own, whose data is under `var/`.

It is a child that outlives a reload or a crash of the app: the next start finds it and goes on with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.mongod.process import Mongod
from models.mongod.program import CannotStart

__all__ = ["CannotStart", "running"]


@contextmanager
def running(folder: Path, alone_seconds: int = 10) -> Iterator[str]:
    """The URL of the MongoDB whose data is under `folder`; it stops at the end.

    Where this process dies before that, MongoDB waits `alone_seconds` for another that calls `running`.
    Raises CannotStart.
    """
    mongod = Mongod(folder.absolute(), alone_seconds)
    with mongod.lock():
        try:
            mongod.start()
            yield mongod.url
        finally:
            mongod.stop()
