"""How a process ends: clients are sent away, what was begun is answered, and what then still runs is cancelled."""

import asyncio
from contextlib import suppress

from tornado.httpserver import HTTPServer

from engine.http.application import Application

SOCKETS, MAILS, LAST = 0.8, 0.2, 0.1
"""Shares of the time of a drain: sending clients away, a last try for mails; after it, for what is cancelled."""


async def drain(app: Application, server: HTTPServer, seconds: float) -> None:
    """Send clients away, take nothing new, let what was begun end for so many seconds, and close what is left."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            # Before it stops listening: a client that polls comes for its last events with a request of its own.
            await app.settings["node"].drain(seconds * SOCKETS)
            server.stop()
            await app.idle()
            if schedule := app.settings.get("schedule"):
                await schedule.stop()
            await app.settings["mailer"].idle(seconds * MAILS)
    server.stop()
    await server.close_all_connections()


async def end_tasks(seconds: float) -> None:
    """Cancel whatever still runs, and give it so many seconds to take notice."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)
