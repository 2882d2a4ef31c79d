"""The starter as shipped, in production's settings, with the hook and the events that the benchmark needs.

`python -m bench.peers.ours PORT`; the environment names the secret and the database.
"""

import asyncio
import os
import sys

from pydantic import BaseModel

import app
from bench import rooms
from bench.peers.heartbeat import Heartbeat
from bench.socketio_client import text
from realtime import io

heartbeat = Heartbeat()


class Said(BaseModel):
    to: str
    text: str


class Order(BaseModel):
    room: str
    size: int
    first: int
    count: int


async def connection(socket, user):
    """As the example's, which a clone deletes."""
    for room in await rooms.of(socket.db, user.id):
        await io.join(user.id, f"room::{room}")
    await io.send(f"user::{user.id}", "welcome_event", f"Hello {user.email}")


@io.on("join")
async def join(socket, room):
    await socket.join(room)
    return True


@io.on("leave")
async def leave(socket, room):
    await socket.leave(room)
    return True


@io.on("say", form=Said)
async def say(socket, said):
    await io.send(f"user::{said.to}", "said", said.text)


@io.on("echo")
async def echo(socket, said):
    return said


@io.on("form", form=Said)
async def form(socket, said):
    return said.text


@io.on("wait")
async def wait(socket, said):
    await asyncio.sleep(0.01)
    return said


@io.on("fan", form=Order)
async def fan(socket, order):
    numbers = range(order.first, order.first + order.count)
    sends = [io.send(order.room, "news", text(number, order.size)) for number in numbers]
    # Many at once, as many handlers have them: one after the other each would wait for Redis in turn.
    for sent in sends if len(sends) == 1 else [asyncio.create_task(send) for send in sends]:
        await sent
    return True


@io.on("present")
async def present(socket, _):
    engine = io.server.eio
    return max(len(engine.sockets), engine.websockets, len(io.node.hub.everybody()))


@io.on("watch")
async def watch(socket, _):
    heartbeat.start()
    return True


@io.on("watched")
async def watched(socket, _):
    return heartbeat.stop()


if __name__ == "__main__":
    os.environ["PORT"] = sys.argv[1]
    # Instead of the app's own, which make_app gives to io.attach.
    app.connection = connection
    app.main()
