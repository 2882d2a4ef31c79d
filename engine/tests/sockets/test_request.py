"""`io.request` and `socket.request`: a question to a client, and its answer."""

import asyncio
import inspect

import pytest

from engine.errors import NotConnected
from engine.sockets.socket import Socket
from engine.tests.app import io, socket_of
from engine.tests.people import ANNA

pytestmark = pytest.mark.contract


def answering(client, *answer, before=None):
    """Have a client answer `question`, once `before` is set."""

    @client.socket.on("question")
    async def question(*arguments):
        client.keep("asked", *arguments)
        if before:
            await before.wait()
        return answer


async def test_a_request_returns_the_answer(connect, received):
    anna = await connect(ANNA)
    answering(anna, {"yes": True})

    assert await io.request("anna", "question", "Tea?") == {"yes": True}
    assert await received(anna, "asked") == "Tea?"


@pytest.mark.parametrize(
    ("answer", "returned"), [((), None), ((None,), None), ((1, "two"), [1, "two"]), ((b"\0\xff",), b"\0\xff")]
)
async def test_an_answer_of_any_number_of_arguments(connect, answer, returned):
    anna = await connect(ANNA)
    answering(anna, *answer)

    assert await io.request("anna", "question") == returned


async def test_the_first_answer_of_any_tab_counts(connect, received):
    slow, quick = await connect(ANNA), await connect(ANNA)
    never = asyncio.Event()
    answering(slow, "slow", before=never)
    answering(quick, "quick")

    assert await io.request("anna", "question") == "quick"

    never.set()
    await received(slow, "asked")


async def test_nobody_is_there_to_answer(http_server):
    with pytest.raises(NotConnected):
        await io.request("anna", "question")


async def test_what_cannot_be_sent_raises_though_nobody_is_there(http_server):
    with pytest.raises(TypeError, match="object"):
        await io.request("anna", "question", object())


async def test_a_request_without_an_answer_times_out(connect, until):
    anna = await connect(ANNA)
    answering(anna, before=asyncio.Event())

    with pytest.raises(TimeoutError, match="question"):
        await io.request("anna", "question", timeout=0.05)

    await until(lambda: not socket_of(anna).acks)


def test_five_seconds_are_waited_where_nothing_else_is_said():
    waits = [inspect.signature(each.request).parameters["timeout"].default for each in (io, Socket)]
    assert waits == [5, 5]


async def test_the_last_one_to_leave_ends_the_wait(connect, received):
    anna = await connect(ANNA)
    answering(anna, before=asyncio.Event())
    asking = asyncio.ensure_future(io.request("anna", "question"))
    await received(anna, "asked")

    await anna.close()

    with pytest.raises(NotConnected):
        await asking


async def test_one_of_two_leaving_leaves_the_other_to_answer(connect, received):
    going, staying = await connect(ANNA), await connect(ANNA)
    answering(going, before=asyncio.Event())
    answering(staying, "here", before=(answer := asyncio.Event()))
    asking = asyncio.ensure_future(io.request("anna", "question"))
    await received(staying, "asked")

    await going.close()
    answer.set()

    assert await asking == "here"


async def test_one_socket_is_asked_alone(connect, received):
    asked, other = await connect(ANNA), await connect(ANNA)
    answering(asked, 1)
    answering(other, 2)

    assert await socket_of(asked).request("question") == 1
    assert "asked" not in await other.settled()


async def test_a_socket_that_is_gone_cannot_be_asked(connect, until):
    anna = await connect(ANNA)
    socket = socket_of(anna)
    await anna.close()
    await until(lambda: socket.ended)

    with pytest.raises(NotConnected):
        await socket.request("question")


async def test_an_answer_that_nobody_waits_for_any_more_is_ignored(connect, received):
    anna = await connect(ANNA)
    answering(anna, before=(answer := asyncio.Event()))
    with pytest.raises(TimeoutError):
        await io.request("anna", "question", timeout=0.05)

    answer.set()

    assert "asked" in await anna.settled()


async def test_an_answer_that_was_never_asked_for_is_ignored(wire):
    wire = await wire()
    await wire.join("anna")

    await wire.send("437[1]")
    await wire.send('421["settled?"]')

    assert "UnknownEvent" in await wire.read()
