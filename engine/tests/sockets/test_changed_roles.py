"""The sockets of a user whose role changes are closed for now, and come back as what the user is from then on."""

import asyncio
import json

import pytest

from engine.tests.app import io
from engine.tests.people import ANNA, BOB

CLOSING = {"code": "role", "message": "You are no longer a cook."}


@pytest.fixture
def greeted(hook):
    """As whom connection() has greeted those who came."""
    greeted = []

    @hook
    async def connection(socket, user):
        greeted.append(user)
        await socket.join(f"role::{user.role}")

    return greeted


async def test_a_socket_hears_why_and_only_its_transport_closes(wire, office):
    wire = await wire()
    await wire.join(office.issue(ANNA))

    office.change(ANNA)

    [closing] = await wire.rest()
    assert json.loads(closing[2:]) == ["closing", CLOSING]
    assert not await io.online("anna")


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_it_comes_back_with_the_new_role_and_stays(connect, office, greeted, received, until, transport):
    token = office.issue(ANNA)
    before = await connect(auth={"token": token}, transports=[transport])
    await before.settled()
    assert await io.members("role::cook")

    changed = office.change(ANNA)

    assert await received(before, "closing") == CLOSING
    await before.closed()
    after, asked = await connect(auth={"token": token}, transports=[transport]), office.asked
    await until(lambda: office.asked > asked + 2)
    assert await after.settled() == []
    assert greeted == [ANNA, changed]
    assert not await io.members("role::cook")
    assert [each.user for each in await io.connections()] == [changed]


async def test_every_session_and_namespace_of_the_user_is_closed_and_nobody_elses(connect, office):
    io.server.on("say", lambda sid: "said", namespace="/chat")
    phone = await connect(auth={"token": office.issue(ANNA, session="phone")}, namespaces=["/", "/chat"])
    laptop, bob = await connect(auth={"token": office.issue(ANNA)}), await connect(BOB)

    office.change(ANNA)

    await phone.closed()
    await laptop.closed()
    assert await bob.settled() == []
    assert not await io.online("anna")


async def test_a_handshake_that_read_the_user_before_does_not_slip_in(wire, office, greeted, until):
    asked, answer = asyncio.Event(), asyncio.Event()

    async def read_before(token):
        access = await office.authenticate(token)
        asked.set()
        await answer.wait()
        return access

    io.node.services.accounts.authenticate = read_before
    first, token = await wire(), office.issue(ANNA)
    joining = asyncio.ensure_future(first.join(token))
    await asked.wait()
    changed, times = office.change(ANNA), office.asked
    await until(lambda: office.asked > times)
    answer.set()

    assert await joining is None
    assert greeted == []
    assert (await (await wire()).join(token)).startswith("40")
    assert [each.user for each in await io.connections()] == [changed]


async def test_a_handshake_that_read_the_user_as_they_are_now_goes_on(wire, office, until):
    changed = office.change(ANNA)

    async def slow(token):
        access = await office.authenticate(token)
        times = office.asked
        await until(lambda: office.asked > times + 1)
        return access

    io.node.services.accounts.authenticate = slow
    assert (await (await wire()).join(office.issue(ANNA))).startswith("40")
    assert [each.user for each in await io.connections()] == [changed]


async def test_one_that_has_renewed_its_token_meanwhile_still_has_the_rooms_from_before(wire, office, greeted):
    office_tells, told = asyncio.Event(), office.ended_lately

    async def late():
        await office_tells.wait()
        return await told()

    io.node.services.accounts.ended = late
    wire = await wire()
    await wire.join(office.issue(ANNA, 100))
    changed = office.change(ANNA)
    await wire.send(f'421["token:renew",{{"token":"{office.issue(ANNA)}"}}]')
    assert json.loads((await wire.read())[3:])[0]["ok"]
    [socket] = io.node.hub.all_of_user("anna")
    assert socket.user == changed

    office_tells.set()

    [closing] = await wire.rest()
    assert json.loads(closing[2:]) == ["closing", CLOSING]
