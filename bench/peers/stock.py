"""python-socketio as its users write it: a JWT, a room for each user, rooms to join."""

import os

import jwt
import socketio

from bench.peers.heartbeat import Heartbeat


def make_server(async_mode: str) -> socketio.AsyncServer:
    """The application that both stock peers serve."""
    sio = socketio.AsyncServer(async_mode=async_mode)
    heartbeat = Heartbeat()

    @sio.event
    async def connect(sid, environ, auth):
        try:
            user = jwt.decode(auth["token"], os.environ["JWT_SECRET"], algorithms=["HS256"])
        except jwt.InvalidTokenError as error:
            raise socketio.exceptions.ConnectionRefusedError("unauthorized") from error
        await sio.save_session(sid, {"user": user})
        await sio.enter_room(sid, f"user::{user['id']}")
        await sio.emit("welcome_event", f"Hello {user['id']}", room=f"user::{user['id']}")

    @sio.event
    async def join(sid, room):
        await sio.enter_room(sid, room)
        return True

    @sio.event
    async def leave(sid, room):
        await sio.leave_room(sid, room)
        return True

    @sio.event
    async def say(sid, message):
        await sio.emit("said", message["text"], room=f"user::{message['to']}")

    @sio.event
    async def echo(sid, text):
        return text

    @sio.event
    async def fan(sid, order):
        for number in range(order["first"], order["first"] + order["count"]):
            await sio.emit("news", f"{number:08d}".ljust(order["size"], "x"), room=order["room"])

    @sio.event
    async def present(sid):
        accepted = sio.manager.rooms["/"][None]
        return max(len(sio.eio.sockets), len(accepted))

    @sio.event
    async def watch(sid):
        heartbeat.start()
        return True

    @sio.event
    async def watched(sid):
        return heartbeat.stop()

    return sio
