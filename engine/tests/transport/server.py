"""The app as a process, its signals and its drain included, but without a database: users are who they say they are.

It tells what it holds (`stats`), and does at a client's word what an app may do wrong: hooks and handlers that hang.
"""

import asyncio
import gc
import itertools
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from pydantic import Field

from engine.backplane.choice import backplane
from engine.errors import EventError, Refused
from engine.http.answer_stream import Pace
from engine.http.application import Application
from engine.http.origins import Origins
from engine.limits import Limits
from engine.process import HTTP_LIMITS, checks, load, main
from engine.process.settings import EngineSettings
from engine.tests import people
from engine.tests.app import io, make_app
from engine.tests.people import Access, Person
from engine.tests.seats import ROUTES
from engine.tests.transport.conftest import authenticate as known
from engine.tests.transport.vitals import held_bytes
from engine.tests.turns import Turns

NEWS = "news" in sys.argv
TICK_SECONDS = 0.25
LOOK_SECONDS = 0.01
watched: list[Turns] = []
ran = {"connection": 0, "disconnect": 0}


def say(what: str):
    """For the test that waits for it; where many come and go, nobody listens."""
    if not NEWS:
        print(what, flush=True)


async def authenticate(token: str):
    if token == "nobody-knows":
        await asyncio.Event().wait()
    if len(token) > 1000:
        raise Refused("token_invalid", "The token is not valid")
    return Access(Person((await known(token)).user.id))


async def connection(socket, user):
    ran["connection"] += 1
    await hang(user.id, "hook")
    if user.id.startswith("crowd"):
        await socket.join("crowd")


async def hang(user_id: str, where: str):
    """What the user's name asks for: `hangs-in-hook`, or `clings-to-hook`, which is not even ended by a cancel."""
    if user_id.startswith(f"hangs-in-{where}"):
        say(f"{user_id} hangs")
        await asyncio.Event().wait()
    if user_id.startswith(f"blocks-in-{where}"):
        say(f"{user_id} blocks")
        await asyncio.to_thread(time.sleep, 60)
    while user_id.startswith(f"clings-to-{where}"):
        say(f"{user_id} clings")
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()


@io.on("disconnect")
async def disconnect(socket, reason):
    ran["disconnect"] += 1
    say(f"{socket.user_id} left: {reason}")
    await hang(socket.user_id, "disconnect")


@io.on("work")
async def work(socket, seconds: float):
    await hang(socket.user_id, "work")
    await asyncio.sleep(seconds)
    return True


@io.on("echo")
async def echo(socket, payload):
    return payload


@io.on("relay")
async def relay(socket, payload):
    await io.send("crowd", "relayed", payload)


@io.on("enter")
async def enter(socket, room: str):
    try:
        await socket.join(room)
    except ValueError as error:
        raise EventError("TooManyRooms", str(error)) from None


@io.on("pour")
async def pour(socket, backlog: int):
    """More than a client reads: until so many bytes wait here."""
    for number in itertools.count():
        await socket.send("poured", [number, "x" * 50_000])
        await asyncio.sleep(0)
        if socket.ended or socket.link.carrier.transport.get_write_buffer_size() >= backlog:
            say(f"{socket.user_id} has {number + 1} poured")
            return


def look_for_garbage():
    """Of all there is, for what the app leaves alone may have become garbage; the turn it takes is not the app's."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    asyncio.get_running_loop().call_later(3 * LOOK_SECONDS, watched[0].take)


@io.on("stats")
async def stats(socket, _):
    longest = watched[0].take()
    look_for_garbage()
    return {
        "longest turn": longest,
        "bytes": held_bytes(),
        "tasks": len(asyncio.all_tasks()),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "links": len(io.server.eio.sockets),
        "websockets": io.server.eio.websockets,
        "rooms": sum(map(len, io.node.hub.rooms.values())),
        "deadlines": sum(map(len, io.server.eio.wheel.slots.values())),
        "running": len(io.node.services.tasks)
        + len(io.node.services.unfinished)
        + len(io.node.services.hooks.by_socket),
        "not disconnected": ran["connection"] - ran["disconnect"],
    }


async def news():
    """A numbered event for the whole crowd, again and again."""
    number = 0
    while True:
        await asyncio.sleep(TICK_SECONDS)
        number += 1
        await io.send("crowd", "news", number)


class ServerSettings(EngineSettings):
    """What a process needs to be told."""

    env: str = "production"
    address: str = "127.0.0.1"
    port: int = 0
    processes: checks.Processes = 1
    var_dir: Path = Path("var")
    jwt_secret: str = "s" * 32
    # It connects to nothing: no test of these asks for data.
    mongodb_url: str = "mongodb://127.0.0.1:1/"
    redis_url: checks.RedisURL = ""
    redis_prefix: checks.RedisPrefix = "realtime"
    smtp_url: str = ""
    public_url: str = ""
    confirm_emails: bool = False
    cors_origins: checks.Origins = Field(default_factory=list)
    drain_seconds: float = 10
    max_connections: int | None = None
    wait_seconds: float = 0
    """How long it waits for its clients at least: a machine may be busy with several processes."""


def hasten(limits: Limits) -> None:
    """Keep nothing for minutes that very many leave; but no client's patience ends because the machine is busy."""
    limits.message_seconds, limits.recovery_seconds, limits.ping_timeout_seconds = 5.0, 5.0, 20.0
    HTTP_LIMITS["pace"] = Pace(bytes=5000, seconds=2.0)


async def start(settings: ServerSettings, mongodb_url: str) -> Application:
    if (settings.env_file.parent / "broken").exists():
        raise RuntimeError("It is broken.")
    seconds = settings.wait_seconds
    limits = Limits(
        connect_seconds=max(10, seconds),
        authenticate_seconds=max(10, seconds),
        stalled_seconds=max(2, seconds),
        upgrade_seconds=max(2, seconds),
        ping_interval_seconds=max(3, seconds),
        ping_timeout_seconds=max(10, seconds),
    )
    if NEWS:
        hasten(limits)
    accounts = people.Accounts()
    accounts.authenticate = authenticate
    made = make_app(
        ROUTES,
        connection=connection,
        accounts=accounts,
        limits=limits,
        origins=Origins(settings.cors_origins),
        backplane=backplane(settings.redis_url, settings.redis_prefix, Person),
    )
    made.settings["max_connections"] = settings.max_connections
    if NEWS:
        io.node.services.spawn(news())
        watched.append(Turns(LOOK_SECONDS, collector=True))
    return made


if __name__ == "__main__":
    main(lambda: load(ServerSettings, Path()), start)
