"""A page whose connection is lost: what it missed comes, or is loaded anew."""

import pytest

from models.accounts.user import User
from models.room import Room

pytestmark = [pytest.mark.slow, pytest.mark.may_take(60)]


@pytest.fixture
def base_url(proxy):
    return proxy.url


@pytest.fixture
def ann(db):
    """`await ann()` is who has registered as ann."""

    async def ann():
        return await User.named(db, "ann")

    return ann


@pytest.fixture
def cut(proxy, io, ann, until):
    """`await cut()` cuts all connections, and sends ann two notices once that is known."""

    async def cut():
        room = io.user_room((await ann()).id)
        proxy.down()
        await until(lambda: not io.node.hub.everybody())
        for text in ("first", "second"):
            await io.send(room, "notice", {"from": {"username": "bob"}, "text": text})

    return cut


async def test_what_was_missed_stands_in_the_log_before_it_is_connected_again(play_here, proxy, cut):
    await play_here("example/recovery", "recovers", {"cut": cut, "mend": proxy.up})


async def test_where_that_is_not_known_it_loads_what_it_shows(play_here, proxy, cut, io, ann, db):
    async def forget():
        io.node.services.recovery.begin_anew()
        await Room.create(db, "Tea", await ann())

    await play_here("example/recovery", "beginsAnew", {"cut": cut, "forget": forget, "mend": proxy.up})
