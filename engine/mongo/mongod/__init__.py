"""The private MongoDB of development: a real mongod, on a unix socket of its own, whose data is under `var/`.

It is a child that outlives a reload or a crash of the app: the next start finds it and goes on with it.
"""

import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from engine.mongo.mongod.process import START_SECONDS, InUse, Mongod
from engine.mongo.mongod.program import CannotStart
from engine.mongo.mongod.watch import Watch

__all__ = ["CannotStart", "borrowed", "running"]


@contextmanager
def running(folder: Path, alone_seconds: int = 10) -> Generator[str, None, None]:
    """The URL of the MongoDB whose data is under `folder`; it stops at the end.

    Where this process dies before that, MongoDB waits `alone_seconds` for another that calls `running`. Where MongoDB
    dies before that, it is started again.
    Raises CannotStart.
    """
    mongod = Mongod(folder.absolute(), alone_seconds)
    with mongod.lock():
        try:
            mongod.start()
            with Watch(mongod):
                yield mongod.url
        finally:
            mongod.stop()


@contextmanager
def borrowed(folder: Path) -> Generator[str, None, None]:
    """The URL of the MongoDB whose data is under `folder`, for a short while beside the app.

    Where it runs, it is used and goes on. Otherwise it is started, and stopped at the end. Raises CannotStart.
    """
    mongod = Mongod(folder.absolute(), alone_seconds=0)
    deadline = time.monotonic() + START_SECONDS
    with ExitStack() as stack:
        while not mongod.writable():
            try:
                stack.enter_context(running(folder))
            except InUse:  # by an app that is just starting, or stopping
                if time.monotonic() > deadline:
                    raise mongod.silent() from None
                time.sleep(0.05)
        yield mongod.url
