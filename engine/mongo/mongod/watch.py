"""A private mongod that dies while the app runs is started again."""

import logging
import threading

from engine.mongo.mongod.process import Mongod
from engine.mongo.mongod.program import CannotStart

LOOK_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
log = logging.getLogger("app")


class Watch:
    """Looks after a mongod from a thread of its own, between `with Watch(mongod):` and its end.

    What it cannot start it tries again, with growing pauses: a disk that was full may have room by then.
    """

    def __init__(self, mongod: Mongod):
        self.mongod = mongod
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._look, name="mongod", daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _look(self) -> None:
        while not self.over.wait(LOOK_SECONDS):
            if not self.mongod.lives():
                log.error("MongoDB has ended; it is started again")
                self._start()

    def _start(self) -> None:
        pause, told = LOOK_SECONDS, False
        while not self.over.is_set():
            try:
                self.mongod.restart()
            except CannotStart as error:
                if not told:
                    log.error("%s", error)
                told = True
                self.over.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                log.info("MongoDB is back")
                return
