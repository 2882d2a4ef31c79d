"""What is measured. A scenario is one life of a server; it records its figures in the life."""

import asyncio
from dataclasses import dataclass

from bench.expectations import Broadcast
from bench.life import MICROSECONDS, Life
from bench.socketio_client import SocketIOClient, event, text
from engine.testing.websocket_client import server_frame

PASSING_ROOMS = 5


@dataclass(frozen=True)
class Fan:
    """`events` of `size` bytes to a room, `burst` of them in each turn of the server's loop."""

    size: int
    events: int
    burst: int = 1


async def fan_out(life: Life, audience: list[SocketIOClient], fan: Fan) -> float:
    """CPU microseconds a delivery. The next turn's events are ordered once everybody has the last ones."""

    async def events():
        with Broadcast(audience) as watch:
            for first in range(0, fan.events, fan.burst):
                numbers = range(first, first + fan.burst)
                watch.expect([server_frame(event("news", text(number, fan.size))) for number in numbers])
                life.order("fan", room="news", size=fan.size, first=first, count=fan.burst)
                await watch.finish()

    return await life.warmed_cost(events) / (len(audience) * fan.events) * MICROSECONDS


async def audiences(life: Life):
    """Fan-out to growing rooms."""
    plan, joined = life.plan, 0
    sizes = plan.audiences + ((plan.growth,) if life.peer in ("ours", "floor") else ())
    for audience in sizes:
        await life.grow(audience)
        await life.ask(life.clients[joined:], "join", lambda _: "news")
        joined = audience
        for size in plan.sizes:
            fan = Fan(size, max(4, plan.deliveries // audience))
            life.record(f"fan-out-{audience}-{size}", await fan_out(life, life.clients, fan))
        if audience == plan.burst_audience:
            fan = Fan(64, plan.burst * max(3, plan.deliveries // audience // plan.burst), plan.burst)
            life.record("burst", await fan_out(life, life.clients, fan))


async def idle_memory(life: Life, browser: bool) -> float:
    """Kilobytes of resident memory that a connection adds."""
    await life.server.quiet()
    before = life.server.memory()
    await life.connect(life.plan.idle, browser)
    await life.server.quiet()
    await asyncio.sleep(2)
    return (life.server.memory() - before) / life.plan.idle / 1024


async def idle_and_dropped(life: Life):
    """Memory of connections that do nothing; then all of them vanish at once."""
    life.record("memory", await idle_memory(life, browser=False))
    await life.grow(life.plan.dropped)
    await life.ask_control("watch")
    life.record("drop", await life.cost(life.drop(life.clients)))
    life.record("drop-held", await life.ask_control("watched"))


async def browsers(life: Life):
    """Memory of connections that a browser opened, which offers compression."""
    life.record("memory-browser", await idle_memory(life, browser=True))


async def moving(life: Life, label: str):
    """Joins, leaves and disconnects of some clients while the others' rooms stand."""
    movers = await life.connect(life.plan.movers)

    async def each(what: str):
        for number in range(PASSING_ROOMS):
            await life.ask(movers, what, lambda _, number=number: f"passing-{number}")

    await each("join")
    await each("leave")
    for what in ("join", "leave"):
        spent = await life.cost(each(what))
        life.record(f"{what}-{label}", spent / (len(movers) * PASSING_ROOMS) * MICROSECONDS)
    life.record(f"disconnect-{label}", await life.cost(life.drop(movers)) / len(movers) * MICROSECONDS)


async def rooms(life: Life):
    """Whether joining, leaving and disconnecting stay as cheap when there are many rooms."""
    plan = life.plan
    await life.grow(plan.many_rooms // plan.rooms_a_socket)
    await life.ask(life.clients, "join", lambda client: f"standing-{int(client.user_id, 16) % plan.few_rooms}")
    await moving(life, "few")
    for number in range(plan.rooms_a_socket):
        await life.ask(life.clients, "join", lambda client, number=number: f"own-{number}-{client.user_id}")
    await moving(life, "many")
