"""Where a process serves: alone on its port, or as one of several."""

import asyncio
import logging
from typing import Protocol

from engine.http.server import Server
from engine.process.port import opened
from engine.process.reloading import reload_on_changes
from engine.process.settings import EngineSettings
from engine.transport.engine_io import EngineIO

WELCOME = """
  Open {url}, register, and watch events arrive.
  Edit realtime/connection.py: the app reloads when you save. Ctrl-C stops it.
"""
log = logging.getLogger("app")


class Place(Protocol):
    """What a process that serves asks of it."""

    def open(self, server: Server, eio: EngineIO) -> None:
        """Begin to serve. Raises SettingsError."""
        ...

    async def over(self) -> None:
        """Return when it is time to end, if anything but a signal says so."""
        ...

    def close(self) -> None:
        """Nothing is served any more."""
        ...


class Alone:
    """The only process on its port."""

    def __init__(self, settings: EngineSettings):
        self.settings = settings

    def open(self, server: Server, eio: EngineIO) -> None:
        """Listen, say where, and reload on changes in development."""
        sockets = opened(self.settings.address, self.settings.port)
        server.add_sockets(sockets)
        announce(self.settings, sockets[0].getsockname()[1])
        if not self.settings.production:
            reload_on_changes(self.settings.env_file)

    async def over(self) -> None:
        """Only a signal ends it."""
        await asyncio.Event().wait()

    def close(self) -> None:
        """The server has closed all there is."""


def announce(settings: EngineSettings, port: int) -> None:
    """Say where the app is."""
    if settings.production:
        log.info("Listening on %s, port %d", settings.address, port)
    else:
        print(WELCOME.format(url=f"http://localhost:{port}"), flush=True)
