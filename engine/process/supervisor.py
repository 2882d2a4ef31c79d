"""Several processes on one port: they are started, started again when they die, and end together."""

import asyncio
import logging
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

from engine.process.ending import LAST
from engine.process.patience import Patience
from engine.process.place import announce
from engine.process.port import opened_for
from engine.process.relay import Relay
from engine.process.reloading import reload_on_changes
from engine.process.settings import EngineSettings
from engine.process.watch import ASK_SECONDS, SILENT_TURNS
from engine.process.why import why
from engine.process.worker import Worker
from engine.transport.siblings import Siblings

LATER_SECONDS = 5.0
"""How much longer than a drain may take processes get for their end before they are killed."""
SILENT = (
    "Process %d has not answered for %d s, because something blocks its loop. New clients go to others. "
    "If it does not come back, end it with `kill -9 %d`, and it is started again."
)
log = logging.getLogger("app")


class CannotServe(Exception):
    """The first process could not even start, and has said why. `code` is its exit code."""

    def __init__(self, code: int):
        super().__init__(f"The first process {why(code)}.")
        self.code = code


async def supervise(settings: EngineSettings, mongodb_url: str) -> None:
    """Serve by several processes until a signal comes; a second one ends the drain.

    Raises SettingsError, CannotServe.
    """
    # Nobody but this user may enter it.
    with tempfile.TemporaryDirectory(prefix="processes-", ignore_cleanup_errors=True) as folder:
        supervisor = Supervisor(settings, mongodb_url, Path(folder))
        with suppress(asyncio.CancelledError):
            try:
                await supervisor.begin()
                await asyncio.Event().wait()
            finally:
                await supervisor.end()


class Supervisor:
    """Runs as many processes as `settings` say, which take connections from each other in `folder`."""

    def __init__(self, settings: EngineSettings, mongodb_url: str, folder: Path):
        self.settings, self.folder = settings, folder
        self.environment = {"MONGODB_URL": mongodb_url}
        listening = opened_for(settings.processes, settings.address, settings.port)
        self.workers = [Worker(number, each, folder, self.changed) for number, each in enumerate(listening, 1)]
        self.port: int = listening[0][0].getsockname()[1]
        self.relay = Relay(self.workers, Siblings(0, folder))
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ending = asyncio.Event()
        self.keeping: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Start the first, so that what keeps all of them from starting is told once, and then the others."""
        self.keep(self.workers[0])
        await self.begun
        announce(self.settings, self.port)
        if not self.settings.production:
            reload_on_changes(self.settings.env_file, self.abandon)
        for worker in self.workers[1:]:
            self.keep(worker)

    def keep(self, worker: Worker) -> None:
        """Have it run from now on."""
        self.keeping.append(asyncio.get_running_loop().create_task(self._keep(worker)))

    async def _keep(self, worker: Worker) -> None:
        loop, patience = asyncio.get_running_loop(), Patience()
        while not self.ending.is_set():
            began = loop.time()
            try:
                code = await worker.run(self.environment)
            except OSError:
                log.exception("Process %d cannot be started", worker.number)
                code = 1
            if not self.begun.done():
                self.begun.set_exception(CannotServe(code))
                return
            if not self.ending.is_set():
                await self._pause(worker, code, patience.pause(loop.time() - began))

    async def _pause(self, worker: Worker, code: int, seconds: float) -> None:
        again = f"in {seconds:g} s" if seconds else "at once"
        log.error("Process %d %s. It is started again %s.", worker.number, why(code), again)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.ending.wait()

    def changed(self, worker: Worker) -> None:
        """A process begins to serve, or no longer does. One that does not answer may yet, so it is left as it is."""
        if worker.serves:
            log.info("Process %d serves, with the pid %d", worker.number, worker.pid)
        elif worker.pid:
            log.error(SILENT, worker.number, SILENT_TURNS * ASK_SECONDS, worker.pid)
        if worker.serves and not self.begun.done():
            self.begun.set_result(None)
        if not self.ending.is_set():
            self.relay.update()

    async def end(self) -> None:
        """Have all of them drain at once, and end those that take too long; to be cancelled is to be in a hurry."""
        self.ending.set()
        self.relay.watch(set())
        for worker in self.workers:
            worker.end()
        try:
            await self._ended(self.settings.drain_seconds)
        except asyncio.CancelledError:
            for worker in self.workers:
                worker.send(signal.SIGTERM)
            await self._ended(0)
        finally:
            for worker in self.workers:
                worker.send(signal.SIGKILL)

    async def _ended(self, seconds: float) -> None:
        last = self.settings.drain_seconds * LAST
        await asyncio.wait(self.keeping, timeout=seconds + last + LATER_SECONDS)

    def abandon(self) -> None:
        """End all at once: this process starts anew."""
        for worker in self.workers:
            worker.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
