"""What is left of very many clients of all kinds: nothing."""

import pytest

from engine.tests.transport.crowd import Crowd, only
from engine.tests.transport.server_process import played

SOAK = 15_000
LEFT_BYTES = 5_000_000


@pytest.mark.slow
@pytest.mark.may_take(1800)
async def test_thirty_thousand_connections_of_all_kinds_leave_nothing(serve):
    server = await serve("news", PYTHONMALLOC="malloc")
    crowd = await Crowd.gather(server.port, 1)
    # What is made once, for the most that come at a time, is no leak: the second half leaves what the first one left.
    await played("soakers", server.port, SOAK)
    before = await crowd.settled()

    await played("soakers", server.port, SOAK)

    after = await crowd.settled(before)
    assert only(after) == only(before)
    assert after["bytes"] - before["bytes"] < LEFT_BYTES
    assert crowd.faults == []
    crowd.leave()
