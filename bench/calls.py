"""Single messages: what clients call, each again once it has its answer, and what a connect costs."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.expectations import Exchange
from bench.life import MICROSECONDS, Life
from bench.plan import Plan
from bench.socketio_client import SocketIOClient, answer, event, text
from engine.testing.websocket_client import server_frame


@dataclass(frozen=True)
class Kind:
    """A kind of call: each of the callers emits `event` so many times, and gets as its ack the text that it sent.

    `payload` is how the text is sent.
    """

    figure: str
    callers: int
    calls: int
    event: str = "echo"
    size: int = 64
    payload: Callable[[str], object] = str


def usual(plan: Plan) -> Kind:
    """The call that the others are compared with."""
    return Kind("ack", plan.callers, plan.calls)


def others(plan: Plan) -> list[Kind]:
    """The same in other circumstances; the crowd comes last, since it stays."""
    calls = plan.callers * plan.calls
    return [
        Kind("ack-alone", 1, calls // 4),
        Kind("ack-form", plan.callers, plan.calls, "form", payload=lambda said: {"to": "somebody", "text": said}),
        Kind("ack-large", plan.callers, plan.calls, size=1024),
        Kind("ack-waiting", plan.callers, plan.calls // 4, "wait"),
        Kind("ack-crowd", plan.crowd, calls // plan.crowd),
    ]


async def exchange(messages: dict[SocketIOClient, list[bytes]], answers: list[bytes]):
    with Exchange(list(messages), [server_frame(answer) for answer in answers]) as watch:
        watch.start(messages)
        await watch.finish()


async def measure(life: Life, kind: Kind):
    """What one call of this kind costs."""
    await life.grow(kind.callers)
    numbered = [(100_000 + number, text(number, kind.size)) for number in range(kind.calls)]
    emitted = [event(kind.event, kind.payload(said), ack=number) for number, said in numbered]
    answers = [answer(number, said) for number, said in numbered]
    callers = dict.fromkeys(life.clients[: kind.callers], emitted)
    spent = await life.warmed_cost(lambda: exchange(callers, answers))
    life.record(kind.figure, spent / (kind.callers * kind.calls) * MICROSECONDS)


async def direct(life: Life):
    """What an event costs that one client sends and another one gets."""
    plan, texts = life.plan, [text(number, 64) for number in range(life.plan.calls)]
    callers = life.clients[: plan.callers]
    neighbours = zip(callers, callers[1:] + callers[:1], strict=True)
    emitted = {one: [event("say", {"to": other.user_id, "text": said}) for said in texts] for one, other in neighbours}
    answers = [event("said", said) for said in texts]
    spent = await life.warmed_cost(lambda: exchange(emitted, answers))
    life.record("direct", spent / (plan.callers * plan.calls) * MICROSECONDS)


async def connects(life: Life):
    """What it costs to connect, to log in, and to be greeted."""

    async def come_and_go():
        await life.drop(await life.connect(life.plan.warm))

    await life.warm_up(come_and_go)
    count = life.plan.connects
    life.record("connect", await life.cost(life.connect(count)) / count * MICROSECONDS)


async def calls(life: Life):
    """Calls of 100 clients at a time; then connects."""
    await measure(life, usual(life.plan))
    await direct(life)
    if life.peer != "floor":
        await connects(life)


async def other_calls(life: Life):
    """Calls in other circumstances. The floor has no handlers that wait."""
    for kind in others(life.plan):
        if life.peer != "floor" or kind.event != "wait":
            await measure(life, kind)
