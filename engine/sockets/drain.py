"""How a node ends: everybody is told and closed, bit by bit, and what still runs gets a while to end, too."""

import asyncio

from engine.endings import Ending
from engine.loop.portions import Portion
from engine.sockets.services import Services

CLOSING, ENDING, CANCELLED = 0.6, 0.3, 0.1
"""How the time is shared: closing all, what goes on by itself, the disconnect handlers behind what had to be ended."""
SHORTEST_SECONDS = 0.1
RESYNC_SECONDS = 10.0
STEP_SECONDS = 0.02
"""How far apart two ends need to be, so that a few clients don't hold up a restart."""


async def drain(services: Services, seconds: float) -> None:
    """Close everybody for now and wait for what still runs, no longer than so many seconds."""
    services.eio.readiness.drain()
    await close_all(services, seconds * CLOSING, Ending.DRAIN)
    services.eio.departed.work()
    await ended(services, seconds * ENDING)
    services.unfinished.cancel()
    await ended(services, seconds * CANCELLED)
    services.tasks.cancel()
    services.revocations.stop()


async def resync(services: Services) -> None:
    """Have everybody connect anew: they may have missed what other nodes sent."""
    await close_all(services, RESYNC_SECONDS, Ending.RESYNC)


async def begin_anew(services: Services) -> None:
    """Have everybody connect as if they had not been here before: what their users may do is not known any more."""
    if services.recovery:
        services.recovery.begin_anew()
        for socket in services.hub.everybody():
            socket.lose_position()
    await resync(services)


async def close_all(services: Services, seconds: float, ending: Ending) -> None:
    """Close everybody who is here now for now, evenly over that time, or a shorter one if they are few.

    So they don't all come back at once.
    """
    loop, links = asyncio.get_running_loop(), list(services.eio.sockets.values())
    began, total = loop.time(), len(links)
    seconds = min(seconds, total * STEP_SECONDS)
    while links:
        portion = Portion()
        due = total * min(1, (loop.time() - began) / seconds) if seconds else total
        while links and total - len(links) <= due and not (seconds and portion.over):
            links.pop().close(ending)
        if links:
            await asyncio.sleep(STEP_SECONDS)


async def ended(services: Services, seconds: float) -> None:
    """Wait until nobody is here and nothing runs, or until the time is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + max(seconds, SHORTEST_SECONDS)
    eio = services.eio
    # A link that polls is there until its last packets are fetched, a WebSocket until its peer has answered.
    while (services.tasks or eio.sockets or eio.websockets) and loop.time() < until:  # noqa: ASYNC110
        await asyncio.sleep(STEP_SECONDS / 2)
