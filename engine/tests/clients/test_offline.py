"""What a client has emitted while it was offline comes all at once when it is back, and more than the rate allows."""

import asyncio

import pytest

from engine.endings import Ending
from engine.tests.app import io
from engine.tests.clients.kinds import CARRIERS, Kind
from engine.tests.people import ANNA

pytestmark = pytest.mark.slow

KEPT = 450
PATIENCE_SECONDS = 30
KINDS = [Kind(library, carriers) for library in ("socket.io-client", "socket.io-client-2.5") for carriers in CARRIERS]


@pytest.fixture
def steps():
    """The numbers that the event `step` was emitted with. Its handler asks the client when it gets the first one."""
    steps = []

    @io.on("step")
    async def step(socket, number):
        steps.append(number if number else await socket.request("from?"))
        return number

    return steps


@pytest.mark.parametrize("kind", KINDS, ids=str)
async def test_all_that_a_client_kept_while_it_was_offline_is_answered(connect, received, steps, office, database):
    client = await connect(ANNA)
    await client.answers("from?", 0)
    office.away, database.up = True, False
    for link in [*io.server.eio.sockets.values()]:
        link.close(Ending.SHUT)
    await received(client, "disconnect")
    answers = [client.asked(emit=["step", number]) for number in range(KEPT)]
    office.away, database.up = False, True

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await asyncio.gather(*answers) == [[number] for number in range(KEPT)]

    assert steps == [*range(KEPT)]
    events = await client.settled()
    assert "disconnect" not in events[events.index("connect") :]
