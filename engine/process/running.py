"""From the settings to a server that runs until a signal comes."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TypeVar

from tornado.httpserver import HTTPServer
from tornado.log import enable_pretty_logging

from engine.http.application import Application
from engine.mongo import CannotConnect, mongod
from engine.process.descriptors import raise_limit
from engine.process.ending import LAST, drain, end_tasks
from engine.process.loading import SettingsError
from engine.process.loop import new_event_loop
from engine.process.port import make_server, opened
from engine.process.reloading import reload_on_changes
from engine.process.settings import EngineSettings
from engine.process.signals import cancel_on_signals, interrupt_on_signals

WELCOME = """
  Open {url}, register, and watch events arrive.
  Edit realtime/connection.py: the app reloads when you save. Ctrl-C stops it.
"""
S = TypeVar("S", bound=EngineSettings)
log = logging.getLogger("app")


def main(load: Callable[[], S], start: Callable[[S, str], Awaitable[Application]]) -> None:
    """Run an app until a signal comes, and end the process: with 0, or with 2 where it could not start.

    `load()` returns the settings, or raises SettingsError. `await start(settings, mongodb_url)` returns the app.
    """
    enable_pretty_logging()
    interrupt_on_signals()
    raise_limit()
    try:
        run(load(), start)
    except KeyboardInterrupt:
        pass
    except (SettingsError, mongod.CannotStart, CannotConnect) as error:
        print(error, file=sys.stderr, flush=True)
        # Not sys.exit: tornado.autoreload would wait for a change of a file.
        os._exit(2)
    sys.stdout.flush()
    # Not a return: a thread that a hook has started and that hangs would hold up the end.
    os._exit(0)


def run(settings: S, start: Callable[[S, str], Awaitable[Application]]) -> None:
    """Serve until a signal comes. Raises SettingsError, mongod.CannotStart, CannotConnect."""
    with database(settings) as mongodb_url:
        # Not asyncio.run, which at its end waits for ever for a hook that will not be cancelled.
        loop = new_event_loop()
        serving = loop.create_task(serve(settings, start(settings, mongodb_url)))
        loop.call_soon(cancel_on_signals, serving)
        loop.run_until_complete(serving)


def database(settings: EngineSettings) -> AbstractContextManager[str]:
    """MONGODB_URL, or a MongoDB that lives as long as this context."""
    return nullcontext(settings.mongodb_url) if settings.mongodb_url else mongod.running(settings.var_dir / "mongo")


async def serve(settings: EngineSettings, starting: Awaitable[Application]) -> None:
    """Serve until a signal comes; a second one ends the drain."""
    with suppress(asyncio.CancelledError):
        app = await starting
        await app.settings["node"].start()
        server = make_server(app)
        # What is here by now stays: the garbage collector, which stops everything while it looks, need not look at it.
        gc.freeze()
        listen(server, settings)
        if schedule := app.settings.get("schedule"):
            schedule.start(app.settings["db"])
        try:
            await asyncio.Event().wait()
        finally:
            try:
                await drain(app, server, settings.drain_seconds)
            finally:
                await end_tasks(settings.drain_seconds * LAST)


def listen(server: HTTPServer, settings: EngineSettings) -> None:
    """Open the port and say where it is. Raises SettingsError."""
    sockets = opened(settings.address, settings.port)
    server.add_sockets(sockets)
    port = sockets[0].getsockname()[1]
    if settings.production:
        log.info("Listening on %s, port %d", settings.address, port)
    else:
        print(WELCOME.format(url=f"http://localhost:{port}"), flush=True)
        reload_on_changes(settings.env_file)
