"""A pid is worth something to its user, in its session, with a token that is still good: to nobody else."""

import asyncio

import pytest

from engine.recovery import away
from engine.tests.app import io, socket_of
from engine.tests.people import ANNA, BOB

pytestmark = pytest.mark.contract
ROOM = io.user_room(ANNA.id)


async def is_new(tab, first):
    assert (tab.recovered, tab.events) == (False, [])
    assert tab.id != first.id
    assert tab.pid != first.pid


async def is_new_pid(tab, first):
    assert (tab.recovered, tab.events) == (False, [])
    assert tab.pid != first.pid
    assert socket_of(tab).recovered is False


async def test_anybody_elses_pid_is_worth_nothing_and_does_not_disturb_them(tab, back, office):
    anna = await tab()
    await is_new(await back(anna, token=office.issue(BOB)), anna)
    await io.send(ROOM, "news", 1)
    assert await anna.settle() == [("news", 1)]


async def test_a_pid_is_of_one_session(tab, back, gone, office):
    anna = await tab()
    await is_new(await back(anna, token=office.issue(ANNA, session="phone")), anna)
    await gone(anna)
    await io.send(ROOM, "news", 1)
    await is_new(await back(anna, token=office.issue(ANNA, session="phone")), anna)
    assert (await back(anna)).events == [("news", 1)]


async def test_a_token_without_a_session_brings_nobody_back(tab, back, gone):
    anna = await gone(await tab())
    assert (await back(anna, token=ANNA.jwt)).pid is None


async def test_a_session_that_has_ended_is_refused_as_ever(tab, gone, wire, office):
    anna = await gone(await tab())
    office.end(ANNA)
    answer = await (await wire()).join(auth={"token": anna.token, "pid": anna.pid, "offset": anna.offset})
    assert answer.startswith("44")
    assert "session_ended" in answer


async def test_who_was_thrown_out_while_away_begins_anew(tab, gone, back):
    anna = await gone(await tab())
    await io.disconnect(ANNA.id)
    await is_new_pid(await back(anna), anna)


async def test_of_another_session_that_is_thrown_out_nobody_hears(tab, gone, back):
    anna = await gone(await tab())
    await io.disconnect(ANNA.id, session="phone")
    assert (await back(anna)).recovered is True


async def test_who_got_another_role_while_away_begins_anew(tab, gone, back, office, until):
    anna = await gone(await tab())
    office.change(ANNA)
    await until(lambda: not io.node.services.recovery.anybody)
    await is_new(await back(anna), anna)


@pytest.mark.one_node
async def test_rooms_of_a_former_role_are_lost_though_the_client_is_back_before_that_is_heard_of(
    tab, gone, back, office
):
    anna = await tab()
    await io.join(ANNA.id, "cooks")
    await gone(anna)
    office.change(ANNA)
    unheard = office.ended.pop()
    again = await back(anna)
    assert (again.recovered, socket_of(again).user.role) == (True, "another")
    office.ended.append(unheard)
    assert await again.wire.read() == '42["closing",{"code":"role","message":"You are no longer a cook."}]'
    await is_new(await back(again), again)


@pytest.mark.one_node
async def test_who_got_something_after_it_was_forgotten_which_have_ended_begins_anew_as_well(tab, back, office, until):
    tabs = [await tab() for _ in range(10)]
    office.forgotten = True
    await until(lambda: len(io.node.hub.everybody()) < len(tabs))
    await io.broadcast("news", 1)
    await until(lambda: not io.node.hub.everybody())
    for each in tabs:
        await each.wire.rest()
        await is_new_pid(await back(each), each)


async def test_when_it_is_forgotten_which_sessions_have_ended_everybody_begins_anew(tab, back, office, until, knows):
    anna = await tab()
    office.forgotten = True
    await until(lambda: not knows(anna))
    await is_new_pid(await back(anna), anna)


async def test_while_a_pid_is_taken_up_another_with_it_begins_anew(tab, gone, back, nodes):
    anna = await gone(await tab())
    both = asyncio.Event()
    waiting = []

    async def connect(sid, environ, auth):
        waiting.append(sid)
        if len(waiting) == 2:
            both.set()
        await both.wait()

    for node in nodes:
        node.server.on("connect")(connect)

    tabs = await asyncio.gather(back(anna), back(anna))
    assert sorted(each.recovered for each in tabs) == [False, True]
    assert len({each.id for each in tabs}) == 2


async def test_whoever_comes_back_last_has_the_pid(tab, back, nodes):
    anna = await tab()
    second = await back(anna)
    third = await back(second)
    assert (second.recovered, third.recovered) == (True, True)
    assert await second.wire.rest() == []
    assert [socket.id for node in nodes for socket in node.hub.everybody()] == [anna.id]


async def test_who_is_refused_in_the_end_leaves_what_was_taken_up_to_the_next(tab, gone, back, wire):
    anna = await gone(await tab())
    await io.send(ROOM, "news", 1)
    io.server.on("connect")(lambda sid, environ, auth: False)
    assert (await (await wire()).join(auth={"token": anna.token, "pid": anna.pid})).startswith("44")
    io.server.on("connect")(lambda sid, environ, auth: True)
    assert (await back(anna)).events == [("news", 1)]


@pytest.mark.parametrize(
    "pid",
    ["", ".", "x", "x" * 1_000, "é", "a.b", ["pid"], {"pid": 1}, 17, True, "A1b2C3d4E5f6G7h8I9j0"],
    ids=lambda pid: str(pid)[:10],
)
async def test_what_is_no_pid_begins_anew(pid, tab, gone, back):
    anna = await gone(await tab())
    await is_new(await back(anna, pid=pid), anna)


@pytest.mark.parametrize("offset", [None, "", "x", "9" * 1000, "made-up.0", ".", [], {}, 17, "a string of an event"])
async def test_an_offset_that_is_none_begins_anew(offset, tab, gone, back):
    anna = await gone(await tab())
    await is_new_pid(await back(anna, offset=offset), anna)


async def test_an_offset_from_the_future_begins_anew(tab, gone, back):
    anna = await gone(await tab())
    await is_new_pid(await back(anna, offset=f"{anna.offset}0001"), anna)


async def test_an_offset_from_the_past_brings_nothing_that_was_not_the_clients(tab, gone, back):
    await io.send(ROOM, "news", 1)
    await io.broadcast("news", 2)
    anna = await tab()
    await io.send("tea", "news", 3)
    await io.join(ANNA.id, "tea")
    await gone(anna)
    again = await back(anna, offset=anna.offset.rpartition(".")[0] + ".0")
    assert (again.recovered, again.events) == (True, [])


async def test_one_user_who_is_lost_again_and_again_has_nobody_else_forgotten(tab, gone, back, office, monkeypatch):
    monkeypatch.setattr(away, "MOST", 20)
    monkeypatch.setattr(away, "MOST_OF_USER", 3)
    bob = await gone(await tab(office.issue(BOB)))
    tabs = [await gone(await tab()) for _ in range(20)]
    assert (await back(bob)).recovered is True
    assert [(await back(each)).recovered for each in (tabs[-4], tabs[-1])] == [False, True]


async def test_one_client_that_is_lost_again_and_again_has_no_other_of_its_user_forgotten(tab, gone, back, monkeypatch):
    monkeypatch.setattr(away, "MOST_OF_USER", 3)
    other, restless = await gone(await tab()), await gone(await tab())
    for _ in range(5):
        restless = await gone(await back(restless))
    assert (await back(other)).recovered is True


async def test_a_megabyte_of_a_pid_is_as_good_as_none(limits, tab, gone, back):
    limits(message_bytes=4 * 1024 * 1024, unaccepted_message_bytes=4 * 1024 * 1024)
    anna = await gone(await tab())
    await is_new(await back(anna, pid="x" * 1024 * 1024, offset="y" * 1024 * 1024), anna)
