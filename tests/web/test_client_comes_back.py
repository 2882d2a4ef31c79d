"""web/client/ in Node, behind a network that fails: what was missed comes, or is loaded anew."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from handlers.accounts.sockets import SocketAccounts

PROGRAM = Path(__file__).parent / "client.mjs"
pytestmark = pytest.mark.slow


@pytest.fixture
def says(node, http_server, proxy, io_loop):
    """`await says("connect")` waits for what it says of that kind, and returns all that it says until then."""
    command = [node, PROGRAM, proxy.url, "websocket"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    front_end = io_loop.run_sync(lambda: asyncio.create_subprocess_exec(*command, **pipes))

    async def says(what: str) -> list[str]:
        said = []
        async with asyncio.timeout(30):
            while not (said and said[-1].startswith(what)):
                said.append((await front_end.stdout.readline()).decode().strip())
        return said

    yield says
    front_end.stdin.close()
    io_loop.run_sync(front_end.wait)


@pytest.fixture
def away(proxy, says, io, until):
    """`await away()` returns when the connection is lost, and two events were sent since."""

    async def away():
        assert await says("load") == ["connect", "load"]
        proxy.down()
        await until(lambda: not io.node.hub.everybody())
        for number in (1, 2):
            await io.broadcast("news", number)

    return away


async def test_what_was_missed_comes_once_though_the_network_fails_again_while_it_comes(away, proxy, says):
    await away()
    proxy.cut_at = b'40{"sid"'
    proxy.up()
    said = await says("connect")
    assert [each for each in said if each != "disconnect"] == ["news 1", "news 2", "connect"]


async def test_it_loads_anew_only_where_something_was_missed(away, proxy, says, io, until):
    await away()
    proxy.up()
    assert await says("connect") == ["disconnect", "news 1", "news 2", "connect"]
    io.node.begin_anew()
    assert await says("load") == ["closing resync", "disconnect", "connect", "load"]


async def test_it_tries_again_when_the_server_could_not_check_it(away, proxy, says, monkeypatch):
    async def fail(*_):
        raise RuntimeError("broken")

    await away()
    with monkeypatch.context() as broken:
        broken.setattr(SocketAccounts, "authenticate", fail)
        proxy.up()
        assert "refused internal_error" in await says("refused")
    assert "ended" not in " ".join(await says("connect"))
