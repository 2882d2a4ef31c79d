"""Several processes on one port: what happens when one of them dies, and how they end."""

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest

from engine.process.why import why
from engine.testing.processes import eventually, lives
from engine.tests.process.several import START_SECONDS, Several, several
from engine.tests.transport.raw import Closed, Connection, Polling, WebSocket, request
from engine.transport.siblings import Siblings

pytestmark = [pytest.mark.slow, pytest.mark.may_take(900)]

DRAIN = ["closing", {"code": "drain", "message": "The server restarts; this client connects again by itself."}]
UNKNOWN = {"code": 1, "message": "Session ID unknown"}


@pytest.fixture
def three(redis, tmp_path) -> Iterator[Several]:
    """Three processes on a Redis of the test's own."""
    with several(tmp_path, 3, redis.url, DRAIN_SECONDS="4") as server:
        yield server


class Seat(WebSocket):
    """A client, and the number of the process that it is with."""

    number: int

    @classmethod
    async def taken(cls, server, user: str) -> "Seat":
        seat = await cls.open(server.port)
        sid = json.loads((await seat.receive())[1:])["sid"]
        names = {Siblings(number, None).name: number for number in range(1, server.count + 1)}
        seat.number = names[sid[:2]]
        seat.send(f'40{{"token":"{user}"}}')
        assert (await seat.receive()).startswith('40{"sid"')
        return seat


async def seated(server, count: int = 24) -> list[Seat]:
    """So many clients, on all processes."""
    seats = [await Seat.taken(server, f"crowd{number}") for number in range(count)]
    assert {seat.number for seat in seats} == set(range(1, server.count + 1))
    return seats


def listeners(pid: int) -> int:
    """At how many sockets a process listens for TCP."""
    return len([each for each in psutil.Process(pid).net_connections("tcp") if each.status == psutil.CONN_LISTEN])


@contextmanager
def stopped(pid: int) -> Iterator[int]:
    """A process as if something blocked its loop."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


async def answers(server, count: int = 20) -> list[int]:
    """The statuses of requests that come one after the other, each on a connection of its own."""
    return [(await request(server.port, "GET", "EIO=4&transport=polling")).status for _ in range(count)]


async def test_one_that_is_killed_comes_back_and_the_others_do_not_notice(three):
    seats = await seated(three)
    polling = [await Polling.open(three.port) for _ in range(12)]
    killed = three.pids[2]
    os.kill(killed, signal.SIGKILL)
    for seat in seats:
        if seat.number == 2:
            assert await seat.next() == Closed(None)
        else:
            assert await seat.call("echo", seat.number) == [seat.number]
    # Its share of new clients is served by others as long as it is away, and links of its own are unknown at once.
    assert await answers(three) == [200] * 20
    gone = Siblings(2, None).name
    for client in polling:
        answer = await client.post("40")
        assert json.loads(answer.body) == UNKNOWN if client.sid[:2] == gone else answer.body == b"ok"
    three.has(lambda: three.pids[2] != killed)
    assert "Process 2 was killed with SIGKILL, by hand, or by the kernel for want of memory" in three.said
    assert "It is started again at once." in three.said
    again = await seated(three)
    one = next(seat for seat in again if seat.number == 2)
    one.send('42["relay","all of you"]')
    for seat in [seat for seat in seats if seat.number != 2] + again:
        assert await seat.event() == ["relayed", "all of you"]


async def test_one_that_dies_at_every_start_comes_slower_and_slower_and_says_why(three, tmp_path):
    (tmp_path / "broken").touch()
    os.kill(three.pids[3], signal.SIGKILL)
    three.has(lambda: three.said.count("It is started again in") == 3)
    assert re.findall(r"Process 3 .*It is started again (at once|in .* s)\.", three.said) == [
        "at once",
        "in 0.5 s",
        "in 1 s",
        "in 2 s",
    ]
    assert three.said.count("Process 3 has ended with exit code 1: its traceback stands above.") == 3
    assert three.said.count("RuntimeError: It is broken.") == 3
    assert await answers(three) == [200] * 20
    (tmp_path / "broken").unlink()
    before = three.pids[3]
    three.has(lambda: three.pids[3] != before)
    await seated(three)


async def test_sigterm_drains_all_at_once_and_tells_each_client_once(three):
    seats, polling = await seated(three), await Polling.open(three.port)
    await polling.post('40{"token":"anna"}')
    await polling.poll()
    poll = await polling.start_poll()
    pids = three.pids.values()
    three.terminate()
    for seat in seats:
        assert await seat.event() == DRAIN
        assert (await seat.next()).code == 1012
        seat.connection.close()
    assert json.loads((await poll.answer()).packets[0][2:]) == DRAIN
    assert await three.ended(START_SECONDS) == 0
    assert not any(map(lives, pids))
    assert "started again" not in three.said
    assert "Traceback" not in three.said


async def test_a_second_signal_ends_the_drain(redis, tmp_path):
    with several(tmp_path, 2, redis.url, DRAIN_SECONDS=str(10 * START_SECONDS)) as two:
        connection = await Connection.open(two.port)
        connection.write(b"POST /seats HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
        await answers(two)
        two.terminate()
        # It has taken notice when it no longer holds its port.
        assert eventually(lambda: listeners(two.process.pid) == 0)
        two.terminate()
        assert await two.ended(START_SECONDS) == 0
        connection.close()


async def test_those_that_one_asks_to_end_are_started_again(three):
    before = three.pids[1]
    os.kill(before, signal.SIGTERM)
    three.has(lambda: three.pids[1] != before)
    assert "Process 1 has ended as it was asked to. It is started again at once." in three.said
    await seated(three)


async def test_one_that_does_not_answer_is_told_of_and_others_get_its_share_until_it_does(three):
    seats = await seated(three)
    with stopped(three.pids[2]) as pid:
        three.has(lambda: "Process 2 has not answered for 30 s" in three.said)
        assert f"`kill -9 {pid}`" in three.said
        assert await answers(three) == [200] * 20
    three.has(lambda: three.said.count(f"Process 2 serves, with the pid {pid}") == 2)
    for seat in [*seats, *await seated(three)]:
        assert await seat.call("echo", seat.number) == [seat.number]
    assert "started again at once" not in three.said
    assert three.said.count("has not answered") == 1


async def test_one_that_does_not_answer_ends_with_the_others(three):
    with stopped(three.pids[2]):
        three.terminate()
        assert await three.ended(START_SECONDS) == 0
        assert not three.alive


async def test_they_end_with_their_supervisor_however_it_does(three, tmp_path):
    seats = await seated(three)
    three.kill()
    for seat in seats:
        assert await seat.event() == DRAIN
        seat.connection.close()
    assert eventually(lambda: not three.alive, START_SECONDS)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (-signal.SIGKILL, "was killed with SIGKILL, by hand, or by the kernel for want of memory"),
        (-signal.SIGSEGV, "was killed with SIGSEGV, by a mistake in compiled code"),
        (-signal.SIGUSR1, "was killed with SIGUSR1, by hand perhaps"),
        (2, "has ended with exit code 2: what it needs stands above"),
        (1, "has ended with exit code 1: its traceback stands above"),
    ],
)
def test_why_a_process_has_ended_is_told_with_what_to_look_at(code, sentence):
    assert why(code).startswith(sentence)
