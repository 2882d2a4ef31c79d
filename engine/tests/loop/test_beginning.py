"""Tasks that begin at once, where Python can, and the others: they differ in nothing but when."""

import asyncio
import socket
import sys
from contextvars import copy_context

import pytest
import uvloop

from engine.loop.beginning import begin_at_once, begin_soon

BEGINNINGS = [begin_soon, begin_at_once]


class Reader(asyncio.Protocol):
    """Begins something for what it reads."""

    def __init__(self, begin, function):
        self.begin, self.function = begin, function

    def data_received(self, data):
        self.task = self.begin(self.function(), asyncio.get_running_loop(), copy_context())


@pytest.mark.parametrize("begin", BEGINNINGS)
def test_who_ends_the_process_ends_it(begin):
    async def leave():
        raise SystemExit(7)

    async def main():
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            await loop.create_connection(lambda: Reader(begin, leave), sock=ours)
            theirs.send(b"x")
            await asyncio.sleep(5)

    loop = uvloop.new_event_loop()
    with pytest.raises(SystemExit, match="7"):
        loop.run_until_complete(main())
    loop.close()


@pytest.mark.parametrize("begin", BEGINNINGS)
def test_what_waits_goes_on_later(begin):
    steps = []

    async def walk():
        steps.append("first")
        await asyncio.sleep(0)
        steps.append("second")
        return asyncio.current_task()

    async def main():
        task = begin(walk(), asyncio.get_running_loop(), copy_context())
        begun = list(steps)
        assert await task is task
        return begun

    at_once = begin is begin_at_once and sys.version_info >= (3, 12)
    assert asyncio.run(main()) == (["first"] if at_once else [])
    assert steps == ["first", "second"]
