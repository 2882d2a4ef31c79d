"""More clients than a process may have files open: who is there notices nothing, and it neither spins nor ends."""

import asyncio
import resource

import psutil
import pytest

from engine.process.descriptors import ENOUGH, RESERVE, most_connections
from engine.process.loading import SettingsError
from engine.tests.transport.crowd import Crowd
from engine.tests.transport.raw import UPGRADE, Connection, Polling, WebSocket
from engine.tests.transport.server_process import ServerProcess

FILES = 256
MOST = FILES // 2
MEMBERS, FLOOD = 30, 270
WEBSOCKET = "EIO=4&transport=websocket"
KEPT_ALIVE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def start(tmp_path):
    """`await start(256, 256)` starts a server with these limits, soft and hard."""
    started = []

    async def start(soft: int, hard: int) -> ServerProcess:
        started.append(ServerProcess(tmp_path, inside=["prlimit", f"--nofile={soft}:{hard}"]))
        return await started[-1].listens()

    yield start
    for each in started:
        each.kill()


def limit_of(server: ServerProcess, *new: int) -> tuple[int, int]:
    """The limits of a process; `new` ones are set."""
    return resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, *([new] if new else []))


def open_files(server: ServerProcess) -> int:
    return psutil.Process(server.process.pid).num_fds()


async def come(port: int, number: int) -> Connection:
    """One of many, each fourth of a kind: it wants a socket, or polls, or never ends its request, or idles."""
    connection = await Connection.open(port)
    if number % 4 == 0:
        connection.ask("GET", WEBSOCKET, UPGRADE)
    elif number % 4 == 1:
        connection.ask("GET", "EIO=4&transport=polling")
    else:
        connection.write(KEPT_ALIVE[:-2] if number % 4 == 2 else KEPT_ALIVE)
    return connection


async def begin_to_poll(port: int) -> asyncio.Task[None]:
    """A client that polls, as browsers do: on connections that it keeps. It is done when it is not served any more."""
    client = await Polling.open(port)
    polls, posts = await Connection.open(port), await Connection.open(port)
    await posts.request("POST", client.query, body='40{"token":"anna"}')
    await polls.request("GET", client.query)
    return asyncio.create_task(go_on_polling(client, polls, posts))


async def go_on_polling(client: Polling, polls: Connection, posts: Connection) -> None:
    while (answer := await polls.request("GET", client.query)).status == 200:
        if "2" in answer.packets:
            await posts.request("POST", client.query, body="3")


async def is_alive(port: int) -> bool:
    """Whether /healthz answers, which may have to wait for its turn."""
    connection = await Connection.open(port)
    connection.write(KEPT_ALIVE)
    async with asyncio.timeout(40):
        return (await connection.reader.readline()).startswith(b"HTTP/1.1 200")


async def cpu_share(server: ServerProcess, seconds: float) -> float:
    """Which share of a core the process takes."""
    process = psutil.Process(server.process.pid)
    before = sum(process.cpu_times()[:2])
    await asyncio.sleep(seconds)
    return (sum(process.cpu_times()[:2]) - before) / seconds


async def let_in(port: int) -> WebSocket:
    """A WebSocket, as soon as there is room for it."""
    async with asyncio.timeout(20):
        while True:
            connection = await Connection.open(port)
            if (await connection.request("GET", WEBSOCKET, UPGRADE)).status == 101:
                return WebSocket(connection)
            await asyncio.sleep(0.1)


def told(server: ServerProcess) -> list[str]:
    """The lines of its log that are no request's."""
    return [line for line in server.said.splitlines() if "onnection" in line or "Traceback" in line]


@pytest.mark.slow
@pytest.mark.may_take(120)
async def test_with_more_clients_than_files_those_who_are_there_notice_nothing(start):
    server = await start(FILES, FILES)
    crowd = await Crowd.gather(server.port, MEMBERS)
    polling = await begin_to_poll(server.port)
    before = open_files(server)

    flood = [await come(server.port, number) for number in range(FLOOD)]
    await server.says("All 128 connections are taken")
    assert await is_alive(server.port)
    assert await cpu_share(server, 2) < 0.5
    for member in crowd.members:
        assert await member.call("echo", member.user) == member.user
    assert not polling.done()
    assert open_files(server) < FILES - 20

    for each in flood:
        each.reset()
    await server.says("There is room for new connections again")
    websocket = await let_in(server.port)
    assert (await websocket.receive()).startswith('0{"sid"')
    websocket.connection.reset()
    async with asyncio.timeout(20):
        while open_files(server) > before:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert crowd.faults == []
    # Of the flood some end by themselves, so there may be room for a moment.
    lines = told(server)
    assert ["All 128" in line for line in lines] == [True, False] * (len(lines) // 2)
    assert len(lines) <= 10
    polling.cancel()
    crowd.leave()


@pytest.mark.slow
@pytest.mark.may_take(120)
async def test_out_of_files_for_another_reason_it_waits_and_accepts_again(start):
    server = await start(FILES, FILES)
    (member,) = (await Crowd.gather(server.port, 1)).members
    limit_of(server, open_files(server) + 5, FILES)

    waiting = [await come(server.port, 0) for _ in range(50)]
    await server.says("No connection can be accepted: Too many open files. Whoever comes has to wait")
    assert await cpu_share(server, 2) < 0.5
    assert await member.call("echo", 1) == 1

    limit_of(server, FILES, FILES)
    for each in waiting:
        assert (await each.answer()).status == 101
    await server.says("Connections can be accepted again", seconds=20)
    assert len(told(server)) == 2


@pytest.mark.slow
async def test_the_soft_limit_is_raised_to_the_hard_one(start):
    server = await start(64, 1000)
    assert limit_of(server) == (1000, 1000)


@pytest.fixture
def limit(monkeypatch):
    """`limit(1024)` is what this process is told that its own is."""

    def limit(soft: int) -> None:
        monkeypatch.setattr(resource, "getrlimit", lambda which: (soft, soft))

    return limit


@pytest.mark.parametrize(
    ("files", "most"),
    [(64, 32), (256, 128), (1024, 1024 - RESERVE), (resource.RLIM_INFINITY, ENOUGH - RESERVE)],
)
def test_a_reserve_is_kept(limit, files, most):
    limit(files)
    assert most_connections(None) == most
    assert most_connections(10) == 10


def test_more_connections_than_files_are_refused_with_the_way_out(limit):
    limit(1024)
    with pytest.raises(SettingsError, match=r"^MAX_CONNECTIONS=1000 is more than 864, which 1024 open files allow: "):
        most_connections(1000)
