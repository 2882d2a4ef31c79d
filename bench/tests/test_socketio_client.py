"""The client checks its stream of events whatever comes between them, and however it is cut."""

import pytest

from bench.appended_offsets import RecoveringClient
from bench.expectations import Broadcast
from bench.socketio_client import SocketIOClient, event, text
from engine.testing.websocket_client import server_frame

EVENTS = [server_frame(event("news", text(number, 64))) for number in range(3)]
SENT = b"".join(each + server_frame(b'42["~","a1b2c3.%d"]' % number) for number, each in enumerate(EVENTS))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, len(SENT)])
async def test_what_tells_a_client_how_far_it_is_is_no_event(size):
    client = SocketIOClient(80, "anna", "a token")
    with Broadcast([client]) as watch:
        watch.expect(EVENTS)
        for at in range(0, len(SENT), size):
            client.data_received(SENT[at : at + size])
        await watch.finish(0)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 2000])
@pytest.mark.parametrize("length", [64, 1024])
async def test_an_offset_that_is_appended_is_no_argument(size, length):
    said = [text(number, length) for number in range(3)]
    sent = b"".join(server_frame(event("news", each, f"NyQ8b1.{number}")) for number, each in enumerate(said))
    client = RecoveringClient(80, "anna", "a token")
    with Broadcast([client]) as watch:
        watch.expect([server_frame(event("news", each)) for each in said])
        for at in range(0, len(sent), size):
            client.data_received(sent[at : at + size])
        await watch.finish(0)


async def test_an_event_that_is_another_is_none_of_those_expected():
    client = SocketIOClient(80, "anna", "a token")
    with Broadcast([client]) as watch:
        watch.expect(EVENTS)
        client.data_received(SENT.replace(b"00000001", b"00000002"))
        assert "expected" in watch.fault
