"""What comes in at the socket of a process that does not serve: the others get it."""

import asyncio
import random
import socket
from collections.abc import Sequence

from engine.http.handing_over import hand_over, reach
from engine.loop.tasks import Tasks
from engine.process.worker import Worker
from engine.transport.siblings import Siblings

PAUSE_SECONDS = 0.1


class Relay:
    """Looks after the sockets of those of the `workers` that do not serve, while any other does."""

    def __init__(self, workers: Sequence[Worker], siblings: Siblings):
        self.workers, self.siblings = workers, siblings
        self.watched: set[socket.socket] = set()
        self.tasks = Tasks()

    def update(self) -> None:
        """One of them begins to serve, or ends."""
        served = any(worker.serves for worker in self.workers)
        self.watch({each for worker in self.workers if served and not worker.serves for each in worker.listening})

    def watch(self, listening: set[socket.socket]) -> None:
        """Accept what comes in at these, and at no others."""
        loop = asyncio.get_running_loop()
        for each in self.watched - listening:
            loop.remove_reader(each.fileno())
        for each in listening - self.watched:
            loop.add_reader(each.fileno(), self.accept, each)
        self.watched = listening

    def accept(self, listening: socket.socket) -> None:
        """One more has come."""
        try:
            connection, _ = listening.accept()
        except BlockingIOError:
            return
        except OSError:  # no descriptor is left for it
            self.watch(set())
            asyncio.get_running_loop().call_later(PAUSE_SECONDS, self.update)
        else:
            self.tasks.spawn(self.pass_on(connection))

    async def pass_on(self, connection: socket.socket) -> None:
        """Hand it to any of those that serve."""
        with connection:
            serving = [worker.number for worker in self.workers if worker.serves]
            for number in random.sample(serving, len(serving)):
                try:
                    way = await reach(self.siblings.path(number))
                except OSError:
                    continue
                await hand_over(way, connection)
                return
