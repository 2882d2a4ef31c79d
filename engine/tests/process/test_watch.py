"""Whether a process answers, with both ends of its lifeline in this one."""

import asyncio
import socket
import time

import pytest

from engine.process import watch
from engine.process.watch import SILENT_TURNS, Watch


class Ends:
    """A watch, what it has told, and the other end."""

    def __init__(self):
        self.mine, self.other = socket.socketpair()
        for end in (self.mine, self.other):
            end.setblocking(False)
        self.told: list[bool] = []
        self.watch = Watch(self.mine, self.told.append)
        self.watching = asyncio.get_running_loop().create_task(self.watch.keep())

    async def asked(self) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self.other, 1)


@pytest.fixture
def ends(io_loop, monkeypatch):
    monkeypatch.setattr(watch, "ASK_SECONDS", 0.001)
    made = []

    async def make():
        made.append(Ends())
        return made[0]

    async def end():
        made[0].other.close()
        await made[0].watching
        made[0].mine.close()

    yield io_loop.run_sync(make)
    io_loop.run_sync(end)


async def test_one_that_answers_serves(ends):
    ends.other.send(b"1")
    for _ in range(2 * SILENT_TURNS):
        ends.other.send(await ends.asked())

    assert set(ends.told) == {True}


async def test_one_that_has_not_begun_is_not_asked(ends):
    await asyncio.sleep(0.1)

    with pytest.raises(BlockingIOError):
        ends.other.recv(1)
    assert ends.told == []


async def test_one_that_does_not_answer_is_told_of_once_and_asked_once(ends, until):
    ends.other.send(b"1")
    await until(lambda: ends.watch.unanswered > 3 * SILENT_TURNS)

    assert ends.told == [True, False]
    assert ends.other.recv(100) == b"?"


async def test_one_that_answers_after_all_serves_again_and_is_asked_on(ends, until):
    ends.other.send(b"1")
    await until(lambda: ends.told == [True, False])

    ends.other.send(await ends.asked())
    await until(lambda: ends.told == [True, False, True])

    assert await ends.asked() == b"?"


async def test_a_machine_that_sleeps_makes_nobody_silent(ends, until):
    ends.other.send(b"1")
    await until(lambda: ends.watch.unanswered)

    time.sleep(2 * SILENT_TURNS * watch.ASK_SECONDS)  # noqa: ASYNC251
    await asyncio.sleep(0)

    assert ends.told == [True]
