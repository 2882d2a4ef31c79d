"""From the settings to a server that runs until a signal comes."""

import asyncio
import gc
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TypeVar

from tornado.log import enable_pretty_logging

from engine.http.application import Application
from engine.mongo import CannotConnect, mongod
from engine.node import Node
from engine.process.child import Child, child
from engine.process.descriptors import raise_limit
from engine.process.ending import LAST, drain, end_tasks
from engine.process.loading import SettingsError
from engine.process.log import number_lines
from engine.process.loop import new_event_loop
from engine.process.place import Alone, Place
from engine.process.port import make_server
from engine.process.settings import EngineSettings
from engine.process.signals import cancel_on_signals, interrupt_on_signals
from engine.process.supervisor import CannotServe, supervise
from engine.process.why import CANNOT_START

S = TypeVar("S", bound=EngineSettings)


def main(load: Callable[[], S], start: Callable[[S, str], Awaitable[Application]]) -> None:
    """Run an app until a signal comes, and end the process: with 0, or with 2 where it could not start.

    `load()` returns the settings, or raises SettingsError. `await start(settings, mongodb_url)` returns the app.
    """
    enable_pretty_logging()
    interrupt_on_signals()
    raise_limit()
    place = child()
    if place:
        number_lines(place.number)
    try:
        run(load(), start, place)
    except CannotServe as error:
        if error.code != CANNOT_START:
            sys.exit(str(error))
        os._exit(CANNOT_START)
    except KeyboardInterrupt:
        pass
    except (SettingsError, mongod.CannotStart, CannotConnect) as error:
        print(error, file=sys.stderr, flush=True)
        # Not sys.exit: tornado.autoreload would wait for a change of a file.
        os._exit(CANNOT_START)
    sys.stdout.flush()
    # Not a return: a thread that a hook has started and that hangs would hold up the end.
    os._exit(0)


def run(settings: S, start: Callable[[S, str], Awaitable[Application]], place: Child | None) -> None:
    """Serve until a signal comes, by one process or by several, or as one of these.

    Raises SettingsError, mongod.CannotStart, CannotConnect, CannotServe.
    """
    with database(settings) as mongodb_url:
        if settings.processes > 1 and not place:
            serving = supervise(settings, mongodb_url)
        else:
            serving = serve(settings, start(settings, mongodb_url), place or Alone(settings))
        # Not asyncio.run, which at its end waits for ever for a hook that will not be cancelled.
        loop = new_event_loop()
        task = loop.create_task(serving)
        loop.call_soon(cancel_on_signals, task)
        loop.run_until_complete(task)


def database(settings: EngineSettings) -> AbstractContextManager[str]:
    """MONGODB_URL, or a MongoDB that lives as long as this context."""
    return nullcontext(settings.mongodb_url) if settings.mongodb_url else mongod.running(settings.var_dir / "mongo")


async def serve(settings: EngineSettings, starting: Awaitable[Application], place: Place) -> None:
    """Serve until a signal comes, or its place says so; a signal after that ends the drain."""
    with suppress(asyncio.CancelledError):
        app = await starting
        node: Node = app.settings["node"]
        await node.start()
        server = make_server(app)
        # What is here by now stays: the garbage collector, which stops everything while it looks, need not look at it.
        gc.freeze()
        place.open(server, node.eio)
        if schedule := app.settings.get("schedule"):
            schedule.start(app.settings["db"])
        try:
            await place.over()
        finally:
            try:
                await drain(app, server, settings.drain_seconds)
            finally:
                place.close()
                await end_tasks(settings.drain_seconds * LAST)
