"""The way from a request to the accepted socket is short, and runs as the front page of engine/sockets says."""

import re
import sys
from pathlib import Path

import pytest

import engine.sockets
from engine.tests.transport import raw

ENGINE = Path(engine.sockets.__file__).parents[1]
STEPS = [
    (page, function)
    for page, functions in re.findall(r"^    (\S+\.py) +([\w.]+(?:, [\w.]+)*)", engine.sockets.__doc__, re.MULTILINE)
    for function in functions.split(", ")
]
PAGES = {page for page, _ in STEPS}


@pytest.fixture
def walked():
    """`walked` is what of the engine has been called, in order."""
    calls = []

    def note(frame, event, argument):
        file = Path(frame.f_code.co_filename)
        if event == "call" and file.is_relative_to(ENGINE):
            call = file.relative_to(ENGINE).as_posix(), frame.f_code.co_qualname
            if call in STEPS and call not in calls:
                calls.append(call)

    sys.setprofile(note)
    yield calls
    sys.setprofile(None)


def test_a_reader_turns_eight_pages_at_most():
    assert 5 <= len(PAGES) <= 8


async def test_a_websocket_goes_the_whole_way(http_server, http_port, walked):
    websocket = await raw.WebSocket.open(http_port)
    await websocket.receive()
    websocket.send('40{"token":"anna"}')
    assert (await websocket.receive()).startswith("40")

    assert walked == STEPS


async def test_a_client_that_polls_goes_the_same_way_without_the_upgrade(http_server, http_port, walked):
    client = await raw.Polling.open(http_port)
    await client.post('40{"token":"anna"}')
    assert (await client.packet()).startswith("40")

    assert walked == [step for step in STEPS if step[0] != "transport/upgrade.py"]
