"""The server for the public protocol suites serves what they expect."""

import json

import pytest

from engine.limits import Limits
from engine.testing import conformance
from engine.testing.wire import Wire


@pytest.fixture
def app(io_loop):
    return conformance.make_app(Limits())


@pytest.fixture
def io():
    return conformance.io


@pytest.fixture
def dial(http_server, base_url, io_loop):
    """`await dial("/engine.io/")` is a WebSocket whose session is open."""
    wires = []

    async def dial(path: str, version: int = 4) -> Wire:
        wires.append(await Wire.open(f"{base_url}{path}?EIO={version}&transport=websocket"))
        return wires[-1]

    yield dial
    for wire in wires:
        wire.close()


async def test_engine_io_gives_text_and_binary_data_back(dial):
    wire = await dial("/engine.io/")
    await wire.send("4hello")
    assert await wire.read() == "4hello"
    await wire.send(b"\1\2\3")
    assert await wire.read() == b"\1\2\3"


async def test_engine_io_3_gives_text_and_binary_data_back(dial):
    wire = await dial("/engine.io/", version=3)
    await wire.send("4hello")
    assert await wire.read() == "4hello"
    await wire.send(b"\4\1\2\3")
    assert await wire.read() == b"\4\1\2\3"


async def test_engine_io_gives_back_what_is_posted(http_client, base_url):
    url = f"{base_url}/engine.io/?EIO=4&transport=polling"
    opening = json.loads((await http_client.fetch(url)).body[1:])
    url += f"&sid={opening['sid']}"
    assert (await http_client.fetch(url, method="POST", body="4hello")).body == b"ok"
    assert (await http_client.fetch(url)).body == b"4hello"


@pytest.mark.parametrize("path", ["/engine.io/", "/socket.io/"])
async def test_a_version_has_to_be_named(http_client, base_url, path):
    answer = await http_client.fetch(f"{base_url}{path}?transport=polling", raise_error=False)
    assert answer.code == 400


@pytest.mark.parametrize("namespace", ["", "/custom,"])
async def test_a_client_is_told_what_it_presented_and_needs_no_token(dial, namespace):
    wire = await dial("/socket.io/")
    await wire.send(f'40{namespace}{{"token":"123"}}')
    assert (await wire.read()).startswith(f'40{namespace}{{"sid":"')
    assert await wire.read() == f'42{namespace}["auth",{{"token":"123"}}]'


async def test_messages_come_back_as_an_event_and_in_an_ack(dial):
    wire = await dial("/socket.io/")
    await wire.send("40")
    await wire.read()
    assert await wire.read() == '42["auth",{}]'
    await wire.send('42["message",1,"2",{"3":[true]}]')
    assert await wire.read() == '42["message-back",1,"2",{"3":[true]}]'
    await wire.send('42456["message-with-ack",1,"2"]')
    assert await wire.read() == '43456[1,"2"]'
