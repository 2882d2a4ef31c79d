"""Single messages: what clients call, each again once it has its answer, and what a connect costs."""

from bench.expectations import Exchange
from bench.life import MICROSECONDS, Life
from bench.socketio_client import SocketIOClient, answer, event, text
from engine.testing.websocket_client import server_frame


async def exchange(messages: dict[SocketIOClient, list[bytes]], answers: list[bytes]):
    with Exchange(list(messages), [server_frame(answer) for answer in answers]) as watch:
        watch.start(messages)
        await watch.finish()


async def calls(life: Life):
    """Calls of 100 clients, each sending its next one when it has its answer; then connects."""
    plan = life.plan
    callers = life.clients[: plan.callers]
    texts = [text(number, 64) for number in range(plan.calls)]

    def asked():
        numbered = list(enumerate(texts, start=100_000))
        emitted = [event("echo", said, ack=number) for number, said in numbered]
        return exchange(dict.fromkeys(callers, emitted), [answer(number, said) for number, said in numbered])

    def said():
        neighbours = zip(callers, callers[1:] + callers[:1], strict=True)
        emitted = {one: [event("say", {"to": other.user_id, "text": t}) for t in texts] for one, other in neighbours}
        return exchange(emitted, [event("said", t) for t in texts])

    for figure, work in (("ack", asked), ("direct", said)):
        spent = await life.warmed_cost(work)
        life.record(figure, spent / (plan.callers * plan.calls) * MICROSECONDS)
    if life.peer != "floor":
        await life.warm_up(lambda: come_and_go(life))
        life.record("connect", await life.cost(life.connect(plan.connects)) / plan.connects * MICROSECONDS)


async def come_and_go(life: Life):
    await life.drop(await life.connect(life.plan.warm))
