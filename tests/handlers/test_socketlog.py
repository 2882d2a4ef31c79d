"""The demo app that this project began with works as it is: axios, and socket.io-client 2.3.0 with `query: {jwt}`."""

import asyncio
import json
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from realtime import io

PROGRAM = Path(__file__).parent / "socketlog.cjs"


@pytest.fixture
def socketlog(node, http_server, base_url, io_loop):
    """`says = await socketlog("ann")` starts it; `await says()` is the next thing that it says, and with what."""
    processes = []

    async def socketlog(identifier: str):
        command = node, PROGRAM, base_url, identifier, "correct horse"
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
        processes.append(process)

        async def says() -> list:
            async with asyncio.timeout(30):
                return json.loads(await process.stdout.readline())

        return says

    async def end():
        for process in processes:
            process.stdin.close()
            await process.wait()

    yield socketlog
    io_loop.run_sync(end)


async def test_it_prints_what_somebody_sends_to_its_user(register, socketlog):
    ann = await register("ann")
    says = await socketlog("ann")
    assert await says() == ["connect", None]
    await io.send(f"user::{ann.id}", "socketlog", {"what": "the kettle boils", "at": [1, "😀"]})
    assert await says() == ["socketlog", {"what": "the kettle boils", "at": [1, "😀"]}]
    await io.disconnect(ann.id)
    assert await says() == ["disconnect", "io server disconnect"]


async def test_it_is_told_when_it_is_refused_and_does_not_come_back_for_ever(register, socketlog):
    await register("bob")
    says = await socketlog("bob")
    assert await says() == ["error", {"code": "token_invalid"}]
    assert await says() == ["disconnect", "io server disconnect"]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.5):
            await says()
