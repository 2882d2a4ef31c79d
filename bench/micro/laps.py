"""What the micro-bench measures: short laps, each some ten milliseconds of CPU."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bench.micro.stage import AUDIENCE, ROOM, Stage
from bench.socketio_client import answer, event, text
from engine.testing.websocket_client import client_frame, server_frame

BYTES = 64
ACK = 100_000


def echoed(caller: int, said: str) -> tuple[bytes, bytes]:
    """An event with an ack."""
    return event("echo", said, ack=ACK), answer(ACK, said)


def checked(caller: int, said: str) -> tuple[bytes, bytes]:
    """The same with a form."""
    return event("form", {"to": "0", "text": said}, ack=ACK), answer(ACK, said)


def passed_on(caller: int, said: str) -> tuple[bytes, bytes]:
    """An event that another user gets."""
    return event("say", {"to": str(AUDIENCE - 1 - caller), "text": said}), event("said", said)


@dataclass(frozen=True)
class Calls:
    """In each of `turns` turns of the loop every caller emits once; the next turn comes when all are answered.

    `kind(caller, text)` is what one emits, and what then leaves.
    """

    title: str
    kind: Callable[[int, str], tuple[bytes, bytes]]
    callers: int = 100
    turns: int = 20

    async def microseconds(self, stage: Stage) -> float:
        """What a call costs."""
        callers = range(self.callers)
        said = [[self.kind(caller, text(turn, BYTES)) for caller in callers] for turn in range(self.turns)]
        sent = [[client_frame(packet) for packet, _ in turn] for turn in said]
        expected = [server_frame(packet) for turn in said for _, packet in turn]
        return await stage.cost(self.work(stage, sent, stage.size(expected[0])), expected) / len(expected)

    async def work(self, stage: Stage, sent: list[list[bytes]], size: int):
        receivers = [client.data_received for client in stage.clients[: self.callers]]
        for turn, frames in enumerate(sent, 1):
            for receive, frame in zip(receivers, frames, strict=True):
                receive(frame)
            await stage.left(turn * self.callers * size)


@dataclass(frozen=True)
class FanOut:
    """In each of `turns` turns of the loop `events` go to the room; the next turn comes when all have left."""

    title: str
    events: int
    turns: int

    async def microseconds(self, stage: Stage) -> float:
        """What a delivery costs."""
        texts = [text(number, BYTES) for number in range(self.events * self.turns)]
        frames = [server_frame(event("news", said)) for said in texts]
        expected = [frame for frame in frames for _ in range(AUDIENCE)]
        return await stage.cost(self.work(stage, texts, stage.size(frames[0])), expected) / len(expected)

    async def work(self, stage: Stage, texts: list[str], size: int):
        send = partial(stage.io.send, ROOM, "news")
        for first in range(0, len(texts), self.events):
            for said in texts[first : first + self.events]:
                await send(said)
            await stage.left((first + self.events) * AUDIENCE * size)


LAPS = {
    "call": Calls("event in, ack out", echoed),
    "form": Calls("… with a form", checked),
    "alone": Calls("… of one caller at a time", echoed, callers=1, turns=1000),
    "direct": Calls("event in, one user's room out", passed_on),
    "delivery": FanOut("one event to 1,000 sockets, a delivery", events=1, turns=40),
    "burst": FanOut("20 events in a turn to 1,000, a delivery", events=20, turns=5),
}
