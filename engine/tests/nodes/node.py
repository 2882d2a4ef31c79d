"""One of several nodes as a process: a client may have it make any call of `io`, and it has news of its own to tell."""

import asyncio
import sys
import time
from dataclasses import asdict
from itertools import count
from pathlib import Path

from engine.backplane.choice import backplane
from engine.backplane.redis.listing import plain
from engine.http.application import Application
from engine.http.health import ReadyHandler
from engine.limits import Limits
from engine.process import load, main
from engine.tests import people
from engine.tests.app import io, make_app
from engine.tests.seats import ROUTES
from engine.tests.transport import server

NEWS_SECONDS = 0.05
NAME = sys.argv[1]


async def authenticate(token: str) -> people.Access:
    """Users are who they say they are, and in the session that they say: `anna@laptop`."""
    user, _, session = token.partition("@")
    return people.Access(people.Person(user), session or None)


async def connection(socket, user):
    await socket.join("crowd")


@io.on("call")
async def call(socket, form: list):
    name, *arguments = form
    return plain(await getattr(io, name)(*arguments))


@io.on("standing")
async def standing(socket, _):
    """How this node stands with others."""
    bus = io.node.backplane.bus
    return {"state": bus.link.state.value, **asdict(bus.counts)}


async def news():
    """Numbered and timed, for everybody on every node, again and again."""
    for number in count():
        await asyncio.sleep(NEWS_SECONDS)
        await io.send("crowd", "news", [NAME, number, time.monotonic()])


class NodeSettings(server.ServerSettings):
    """With those of pings, which tests want quick."""

    ping_interval_seconds: float = 25
    ping_timeout_seconds: float = 20


async def start(settings: NodeSettings, mongodb_url: str) -> Application:
    accounts = people.Accounts()
    accounts.authenticate = authenticate
    app = make_app(
        [*ROUTES, ("/readyz", ReadyHandler)],
        connection=connection,
        accounts=accounts,
        limits=Limits(
            ping_interval_seconds=settings.ping_interval_seconds, ping_timeout_seconds=settings.ping_timeout_seconds
        ),
        backplane=backplane(settings.redis_url, settings.redis_prefix, people.Person),
    )
    if "news" in sys.argv:
        io.node.services.spawn(news())
    return app


if __name__ == "__main__":
    main(lambda: load(NodeSettings, Path()), start)
