"""Who comes back has missed nothing, or begins anew: what a client gets, packet by packet."""

import asyncio

import pytest

from engine.tests.app import io, socket_of
from engine.tests.people import ANNA, BOB

pytestmark = pytest.mark.contract
ROOM = io.user_room(ANNA.id)


async def news(*numbers: int, room: str | list[str] = ROOM, **options):
    for number in numbers:
        await io.send(room, "news", number, **options)


def of(*numbers: int) -> list:
    return [("news", number) for number in numbers]


async def test_who_comes_back_gets_what_was_sent_meanwhile_in_order_before_the_answer(tab, gone, back):
    first = await tab()
    await news(1)
    assert await first.settle() == of(1)
    await gone(first)
    await news(2, 3)
    again = await back(first)

    assert (again.recovered, again.id, again.pid) == (True, first.id, first.pid)
    assert again.events == of(2, 3)
    assert socket_of(again).recovered is True
    await news(4)
    assert await again.settle() == of(2, 3, 4)


async def test_who_got_no_event_yet_comes_back_as_well(tab, gone, back):
    first = await gone(await tab())
    await news(1)
    assert (await back(first)).events == of(1)


async def test_a_new_client_is_not_recovered(tab):
    assert socket_of(await tab()).recovered is False


async def test_who_comes_back_has_the_rooms_that_they_would_have(tab, gone, back):
    first = await tab()
    await io.join(ANNA.id, ["tea", "cake"])
    await gone(first)
    await news(1, room="cake")
    await io.join(ANNA.id, "pie")
    await io.leave(ANNA.id, "cake")
    await news(2, room="cake")
    await news(3, room=["tea", "pie"])
    again = await back(first)

    assert socket_of(again).rooms == {ROOM, "tea", "pie"}
    assert again.events == of(1, 3)


async def test_nothing_comes_of_a_room_from_before_the_join(tab, gone, back):
    first = await tab()
    await news(1, room="tea")
    await io.join(ANNA.id, "tea")
    await news(2, room="tea")
    await gone(first)
    assert (await back(first, offset=first.offset.replace(".2", ".0"))).events == of(2)


async def test_what_was_sent_before_a_leave_comes_though_the_leave_was_before_the_end(tab, gone, back):
    first = await tab()
    await io.join(ANNA.id, "tea")
    offset = first.offset
    await news(1, room="tea")
    await io.leave(ANNA.id, "tea")
    await news(2, room="tea")
    await gone(first)
    assert (await back(first, offset=offset)).events == of(1)


async def test_a_room_that_was_closed_meanwhile_is_left(tab, gone, back):
    first = await tab()
    await io.join(ANNA.id, "tea")
    await gone(first)
    await news(1, room="tea")
    await io.close("tea")
    await news(2, room="tea")
    again = await back(first)
    assert again.events == of(1)
    assert socket_of(again).rooms == {ROOM}


async def test_broadcasts_and_what_is_sent_to_the_socket_alone_come_as_well(tab, gone, back):
    first = await tab()
    socket = socket_of(first)
    await gone(first)
    await io.broadcast("news", 1)
    await socket.send("news", 2)
    await io.send(first.id, "news", 3)
    assert (await back(first)).events == of(1, 2, 3)


async def test_what_skips_a_socket_skips_it_when_it_comes_back(tab, gone, back):
    first = await gone(await tab())
    await news(1, skip=first.id)
    await news(2)
    assert (await back(first)).events == of(2)


async def test_volatile_events_do_not_come_again_and_are_no_position(tab, gone, back):
    first = await tab()
    await io.send(ROOM, "news", "a string", volatile=True)
    assert await first.settle() == [("news", "a string")]
    await gone(first)
    await news(1, volatile=True)
    await news(2)
    assert (await back(first)).events == of(2)


async def test_what_is_in_other_namespaces_is_not_kept(tab, gone, back):
    first = await gone(await tab())
    await io.server.emit("news", 1, namespace="/chat", room=ROOM)
    await io.server.emit("news", 2, room=ROOM)
    assert (await back(first)).events == of(2)


async def test_bytes_come_again(tab, gone, back, wire, office):
    first = await gone(await tab())
    await io.send(ROOM, "file", b"\x00\x01")
    again = await wire()
    packet = await again.join(auth={"token": first.token, "pid": first.pid, "offset": first.offset})
    assert [packet, await again.read()] == ['451-["file",{"_placeholder":true,"num":0}]', b"\x00\x01"]


async def test_an_idle_client_is_told_how_far_it_is_with_each_ping(limits, tab, until):
    limits(ping_interval_seconds=0.1)
    first = await tab()
    before, began = first.offset, io.node.backplane.number
    await news(1, room="elsewhere")
    await until(lambda: io.node.backplane.number > began)
    async with asyncio.timeout(5):
        while first.offset == before:
            await first.settle()
    assert first.offset.endswith(f".{io.node.backplane.number}")


async def test_a_second_loss_before_anything_was_read_loses_nothing(tab, gone, back):
    first = await gone(await tab())
    await news(1)
    second = await gone(await back(first))
    await news(2)
    third = await back(first)
    assert (third.recovered, third.id) == (True, second.id)
    assert third.events == of(1, 2)


async def test_who_missed_more_than_may_wait_for_a_client_begins_anew(tab, gone, back, limits):
    limits(backlog_bytes=100_000)
    first = await gone(await tab())
    await io.send(ROOM, "news", "x" * 40_000)
    second = await back(first)
    assert len(second.events) == 1
    await gone(second)
    await io.send(ROOM, "news", "x" * 40_000)
    await io.send(ROOM, "news", "x" * 40_000)
    assert (await back(second)).recovered is False


async def test_back_before_the_server_has_noticed_closes_the_old_connection_without_a_word(tab, back, hook):
    reasons = []

    @hook
    async def connection(socket, user):
        socket.on("disconnect")(lambda socket, reason: left(reason))

    async def left(reason):
        reasons.append(reason)

    first = await tab()
    offset = first.offset
    await news(1)
    again = await back(first, offset=offset)
    assert (again.recovered, again.events) == (True, of(1))
    assert await first.wire.rest() == ['42["news",1]']
    assert reasons == ["transport close"]
    assert [member.sockets for member in await io.members(ROOM)] == [[again.id]]


async def test_the_hook_runs_as_always_and_can_tell(tab, gone, back, hook):
    recovered = []

    @hook
    async def connection(socket, user):
        recovered.append(socket.recovered)

    await back(await gone(await tab()))
    assert recovered == [False, True]


async def test_who_was_lost_before_the_hook_was_done_begins_anew(tab, wire, office, hook, until, back):
    @hook
    async def connection(socket, user):
        if not unfinished.done():
            unfinished.set_result(socket)
            await asyncio.Event().wait()

    unfinished = asyncio.get_running_loop().create_future()
    first = await wire()
    await first.join(office.issue(ANNA))
    lost = await unfinished
    first.connection.stream.close()
    await until(lambda: lost.ended)
    second = await tab()
    assert (await back(second, pid=lost.pid)).recovered is False


async def test_without_a_session_there_is_no_pid(tab, wire):
    assert (await tab(ANNA.jwt)).pid is None


async def test_other_namespaces_have_no_pid(wire, office):
    io.server.on("quiet", namespace="/chat")(lambda sid: None)
    assert "pid" not in await (await wire()).join(office.issue(BOB), namespace="/chat")


@pytest.mark.parametrize("end", ["kicked", "left", "role"])
async def test_who_was_to_go_or_left_by_itself_begins_anew(end, tab, until, back, office, knows):
    first = await tab()
    if end == "kicked":
        await io.disconnect(ANNA.id)
    elif end == "left":
        await first.wire.send("41")
    else:
        office.change(ANNA)
    await until(lambda: not knows(first))
    await news(1)
    again = await back(first)
    assert (again.recovered, again.events) == (False, [])
    assert again.id != first.id


async def test_a_token_that_expired_lets_come_back_with_another(tab, until, back, office, limits, knows):
    limits(expiry_notice_seconds=0)
    first = await tab(office.issue(ANNA, seconds=0.3))
    await until(lambda: not knows(first))
    await first.wire.rest()
    await news(1)
    assert (await back(first, token=office.issue(ANNA))).events == of(1)


async def test_a_token_that_is_renewed_keeps_what_the_client_comes_back_by(tab, gone, back, office):
    first = await tab()
    await first.wire.send(f'421["token:renew","{office.issue(ANNA)}"]')
    await first.wire.read()
    assert (await back(await gone(first))).recovered is True
