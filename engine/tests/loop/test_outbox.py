"""How many sockets a turn of the loop writes to."""

import asyncio

from engine.loop.outbox import Outbox


class Socket:
    """What has something to send; it is written in which turn of the loop."""

    def __init__(self, turn=None):
        self.turn, self.written = turn, []

    def flush(self):
        self.written.append(self.turn and self.turn())


class Failing(Socket):
    def flush(self):
        raise OSError("it breaks")


async def test_what_is_added_is_written_at_the_end_of_the_turn_and_once():
    outbox, sockets = Outbox(), [Socket() for _ in range(3)]
    for socket in sockets:
        outbox.add(socket)
    assert [socket.written for socket in sockets] == [[], [], []]

    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert [len(socket.written) for socket in sockets] == [1, 1, 1]
    assert outbox.waiting == []


async def test_a_turn_writes_to_a_thousand_sockets_and_then_others_have_theirs():
    outbox, written = Outbox(), []
    sockets = [Socket(lambda: len(written)) for _ in range(2500)]
    for socket in sockets:
        outbox.add(socket)

    for _ in range(4):
        await asyncio.sleep(0)
        written.append(sum(len(socket.written) for socket in sockets))

    assert written == [1000, 2000, 2500, 2500]


async def test_those_who_came_first_are_written_to_first():
    outbox, order = Outbox(), []
    for number in range(1500):
        outbox.add(Socket(lambda number=number: order.append(number)))

    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert order == list(range(1500))


async def test_what_is_added_while_it_writes_is_written_later():
    outbox, second = Outbox(), Socket()
    outbox.add(Socket(lambda: outbox.add(second)))

    await asyncio.sleep(0)
    assert second.written == []
    await asyncio.sleep(0)

    assert len(second.written) == 1


async def test_one_that_fails_costs_the_others_nothing(io_loop):
    outbox, others, wrong = Outbox(), [Socket() for _ in range(2)], []
    io_loop.asyncio_loop.set_exception_handler(lambda loop, context: wrong.append(context["exception"]))
    for socket in (others[0], Failing(), others[1]):
        outbox.add(socket)

    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert [len(socket.written) for socket in others] == [1, 1]
    assert [str(error) for error in wrong] == ["it breaks"]
