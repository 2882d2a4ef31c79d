"""The sockets of a session that ends, wherever that is done, are closed; nobody slips in meanwhile."""

import asyncio
import json
import logging

import pytest

from engine.limits import Limits
from engine.loop.wheel import TICK_SECONDS
from engine.process import drain
from engine.tests.app import io
from engine.tests.people import ANNA, BOB, Ended
from engine.tests.turns import Turns


@pytest.fixture
def connected(connect, office):
    """`client = await connected(anna, "phone")` is a client of that session."""

    async def connected(person, session: str = "laptop", **options):
        return await connect(auth={"token": office.issue(person, session=session)}, **options)

    return connected


@pytest.fixture
def told(caplog):
    """`told()` are the lines about sessions that end, and whether each has a traceback."""
    caplog.set_level(logging.INFO)
    return lambda: [
        (record.levelname, record.getMessage(), bool(record.exc_info))
        for record in caplog.records
        if "essions that end" in record.getMessage()
    ]


WARNED = ("ERROR", "Sessions that end are not noticed now", False)
HEALED = ("INFO", "Sessions that end are noticed again", False)


async def test_its_sockets_hear_why_and_are_closed_for_good(wire, office):
    wire = await wire()
    await wire.join(office.issue(ANNA))

    office.end(ANNA, why="The password was changed; log in with the new one.")

    closing, disconnect = await wire.rest()
    assert json.loads(closing[2:]) == [
        "closing",
        {"code": "revoked", "message": "The password was changed; log in with the new one."},
    ]
    assert disconnect == "41"
    assert not await io.online("anna")


async def test_a_client_that_polls_hears_why_too(connected, received, office):
    client = await connected(ANNA, transports=["polling"])

    office.end(ANNA)

    assert await received(client, "closing") == {"code": "revoked", "message": "You logged out."}
    assert await client.closed() == "server disconnect"


async def test_the_users_other_sessions_and_other_users_stay(connected, office):
    phone, laptop = await connected(ANNA, "phone"), await connected(ANNA, "laptop")
    bob = await connected(BOB, "phone")

    office.end(ANNA, "phone")

    await phone.closed()
    assert await laptop.settled() == await bob.settled() == []
    assert len(io.node.hub.all_of_user("anna")) == 1


async def test_every_socket_of_the_session_is_closed_in_every_namespace(connected, office):
    io.server.on("say", lambda sid: "said", namespace="/chat")
    tabs = [await connected(ANNA), await connected(ANNA, namespaces=["/", "/chat"])]

    office.end(ANNA)

    for tab in tabs:
        await tab.closed()
    assert not await io.online("anna")


async def test_it_takes_two_questions_at_most_and_less_than_a_second_as_shipped(wire, office):
    wire = await wire()
    await wire.join(office.issue(ANNA))
    office.end(ANNA)
    asked = office.asked

    await wire.rest()

    assert office.asked - asked <= 2
    assert 2 * (Limits().ended_seconds + 2 * TICK_SECONDS) < 1


async def test_it_harms_nobody_to_be_told_twice(connected, office, until):
    phone = await connected(ANNA, "phone")
    office.end(ANNA, "phone")
    await phone.closed()
    laptop, asked = await connected(ANNA, "laptop"), office.asked
    await until(lambda: office.asked > asked + 2)

    assert await laptop.settled() == []


async def test_a_handshake_that_read_the_session_before_it_ended_does_not_slip_in(wire, office, hook, until):
    asked, answer, hooks = asyncio.Event(), asyncio.Event(), []

    @hook
    async def connection(socket, user):
        hooks.append(user)

    async def read_before(token):
        access = await office.authenticate(token)
        asked.set()
        await answer.wait()
        return access

    io.node.services.accounts.authenticate = read_before
    first, token = await wire(), office.issue(ANNA)
    joining = asyncio.ensure_future(first.join(token))
    await asked.wait()
    office.end(ANNA)
    times = office.asked
    await until(lambda: office.asked > times)
    answer.set()

    assert await joining is None
    assert not await io.online("anna")
    assert hooks == []
    assert '"session_ended"' in await (await wire()).join(token)


async def test_a_handshake_of_another_session_goes_on(wire, office, until):
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(token):
        access = await office.authenticate(token)
        asked.set()
        await answer.wait()
        return access

    io.node.services.accounts.authenticate = slow
    wire = await wire()
    joining = asyncio.ensure_future(wire.join(office.issue(ANNA, session="laptop")))
    await asked.wait()
    office.end(ANNA, "phone")
    office.end(BOB, "laptop")
    times = office.asked
    await until(lambda: office.asked > times)
    answer.set()

    assert (await joining).startswith("40")


async def test_one_that_renews_at_that_moment_is_closed_too(wire, office):
    asked, answer = asyncio.Event(), asyncio.Event()

    async def read_before(token):
        access = await office.authenticate(token)
        asked.set()
        await answer.wait()
        return access

    wire = await wire()
    await wire.join(office.issue(ANNA, 100))
    io.node.services.accounts.authenticate = read_before
    await wire.send(f'421["token:renew",{{"token":"{office.issue(ANNA)}"}}]')
    await asked.wait()
    office.end(ANNA)

    closing, disconnect = await wire.rest()
    answer.set()
    assert '"revoked"' in closing
    assert disconnect == "41"


async def test_nobody_is_asked_while_nobody_is_here_or_may_come_back(connected, office, until, limits):
    limits(recovery_seconds=0)
    assert office.asked == 0
    client = await connected(ANNA)
    await until(lambda: office.asked > 2)
    await client.close()
    await until(lambda: io.node.services.revocations.slot is None and not io.node.services.revocations.asking.running)
    asked = office.asked

    assert not io.server.eio.wheel.slots
    await connected(ANNA)
    await until(lambda: office.asked > asked)


async def test_one_question_at_a_time(connected, office, until):
    asked, most, release = 0, 0, asyncio.Event()

    async def slow():
        nonlocal asked, most
        asked, most = asked + 1, max(most, asked + 1)
        await release.wait()
        asked -= 1
        return office.ended

    io.node.services.accounts.ended = slow
    client = await connected(ANNA)
    await until(lambda: asked)
    # Many times as long as from one question to the next.
    await asyncio.sleep(0.1)
    office.end(ANNA)
    release.set()

    await client.closed()
    assert most == 1


async def test_with_the_database_away_it_is_said_once_and_all_is_made_up_for_later(connected, office, until, told):
    client = await connected(ANNA)
    office.away = True
    asked = office.asked
    await until(lambda: office.asked > asked + 3)
    office.end(ANNA)
    assert told() == [WARNED]
    assert "closing" not in [name for name, *_ in client.events]
    office.away = False

    await client.closed()
    await until(lambda: not io.node.services.revocations.asking.running)
    assert told() == [WARNED, HEALED]


async def test_an_answer_that_never_comes_is_given_up(connected, office, limits, told):
    limits(authenticate_seconds=0.03)
    hung = []

    async def hang():
        if not hung:
            hung.append(True)
            await asyncio.Event().wait()
        return office.ended

    io.node.services.accounts.ended = hang
    client = await connected(ANNA)
    office.end(ANNA)

    await client.closed()
    assert told() == [WARNED, HEALED]


async def nonsense():
    return [Ended(None, "laptop")]


async def cancelled():
    other = asyncio.ensure_future(asyncio.Event().wait())
    other.cancel()
    await other


async def raising():
    raise LookupError("a bug")


@pytest.mark.parametrize("wrong", [raising, cancelled, nonsense])
async def test_a_bug_is_logged_once_with_its_traceback_and_asking_goes_on(connected, office, until, told, wrong):
    asked = 0

    async def ended():
        nonlocal asked
        asked += 1
        return await wrong()

    io.node.services.accounts.ended = ended
    client = await connected(ANNA)
    await until(lambda: asked > 3)
    assert told() == [(*WARNED[:2], True)]
    io.node.services.accounts.ended = office.ended_lately
    office.end(ANNA)

    await client.closed()
    assert told()[1:] == [HEALED]


async def test_a_question_that_hangs_does_not_hold_up_the_end(connected, app, http_server, until):
    begun = asyncio.Event()

    async def hang():
        begun.set()
        await asyncio.Event().wait()

    io.node.services.accounts.ended = hang
    await connected(ANNA)
    await begun.wait()
    tasks = io.node.services.revocations.asking.task

    async with asyncio.timeout(30):
        await drain(app, http_server, 60)

    await asyncio.wait([tasks], timeout=30)
    assert tasks.cancelled()
    assert io.node.services.revocations.slot is None


async def test_thousands_that_end_at_once_do_not_hold_the_loop(connected, office):
    client = await connected(ANNA)

    ended = [Ended(f"user{number}", "laptop") for number in range(20_000)]
    turns = Turns()
    office.ended = [*ended, Ended("anna", "laptop")]
    await client.closed()

    assert turns.stop() < 0.5


@pytest.mark.parametrize("session", ["phone", None])
async def test_who_is_thrown_out_may_be_one_session_or_all(connected, received, session):
    phone, laptop = await connected(ANNA, "phone"), await connected(ANNA, "laptop")

    await io.disconnect("anna", "Enough.", session=session)

    assert await received(phone, "closing") == {"code": "kicked", "message": "Enough."}
    await phone.closed()
    if session:
        assert await laptop.settled() == []
    else:
        await laptop.closed()


@pytest.mark.parametrize(("session", "let_in"), [("laptop", False), ("phone", True), (None, False)])
async def test_a_session_that_is_thrown_out_during_its_handshake_has_to_ask_again(wire, office, session, let_in):
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(token):
        asked.set()
        await answer.wait()
        return await office.authenticate(token)

    io.node.services.accounts.authenticate = slow
    wire = await wire()
    joining = asyncio.ensure_future(wire.join(office.issue(ANNA)))
    await asked.wait()
    await io.disconnect("anna", session=session)
    answer.set()

    assert bool(await joining) is let_in


async def test_where_the_app_cannot_tell_any_more_what_has_ended_everybody_comes_back_anew(connected, received, office):
    phone, bob = await connected(ANNA, "phone"), await connected(BOB)

    office.forgotten = True

    for client in (phone, bob):
        assert (await received(client, "closing"))["code"] == "resync"
        await client.closed()
    assert await (await connected(ANNA, "phone")).settled() == []


async def test_who_comes_to_where_nobody_was_has_missed_nothing(connected, office, until, limits):
    limits(recovery_seconds=0)
    phone = await connected(ANNA, "phone")
    await phone.close()
    await until(lambda: io.node.services.revocations.slot is None and not io.node.services.revocations.asking.running)

    office.forgotten = True

    asked, phone = office.asked, await connected(ANNA, "phone")
    await until(lambda: office.asked > asked + 2)
    assert await phone.settled() == []
