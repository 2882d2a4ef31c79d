"""What connected clients notice of others who log in: every login costs the server 20 ms of hashing and 19 MiB."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import cycle
from time import perf_counter

from bench.expectations import Voided
from bench.life import Life

MILLISECONDS = 1e3


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


async def steadily(rate: float, seconds: float, work: Callable[[int], Awaitable]) -> list:
    """Starts `work(number)` so many times a second, however long each takes; returns all results."""
    began, tasks = perf_counter(), []
    for number in range(round(rate * seconds)):
        await asyncio.sleep(began + number / rate - perf_counter())
        tasks.append(asyncio.create_task(work(number)))
    return await asyncio.gather(*tasks)


class Acks:
    """How long the acks of connected clients take, who emit in turn."""

    def __init__(self, life: Life):
        self.life = life

    async def one(self, number: int) -> float:
        began = perf_counter()
        await self.life.clients[number % len(self.life.clients)].call("echo", "x" * 64)
        return perf_counter() - began

    async def measure(self) -> float:
        """The p99 of some seconds."""
        plan = self.life.plan
        return p99(await steadily(plan.acks_a_second, plan.login_seconds, self.one)) * MILLISECONDS


class Logins:
    """Users who log in over HTTP, each on a connection of their own; `answers` are (status, seconds)."""

    def __init__(self, life: Life):
        self.life, self.members = life, cycle(life.members)
        self.answers: list[tuple[int, float]] = []

    async def one(self, _: int):
        email, password = next(self.members)
        body = json.dumps({"identifier": email, "password": password})
        began = perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.life.server.port)
        writer.write(
            b"POST /auth/local HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body.encode())
        )
        status = int((await reader.readline()).split()[1])
        self.answers.append((status, perf_counter() - began))
        await reader.read()
        writer.close()

    def answered(self, wanted: int) -> list[float]:
        """How long the answers of this status took."""
        return [seconds for status, seconds in self.answers if status == wanted]

    async def beside(self, rate: float, work: Awaitable):
        """Does the work while so many a second log in; returns what it returns."""
        self.answers.clear()
        _, result = await asyncio.gather(steadily(rate, self.life.plan.login_seconds, self.one), work)
        return result


async def logins(life: Life):
    """Acks when nobody logs in, when as many do as can, and when ten times as many try."""
    plan = life.plan
    await life.grow(plan.online)
    acks, logins = Acks(life), Logins(life)
    await logins.beside(plan.logins_a_second, acks.measure())
    quiet = await acks.measure()
    busy = await logins.beside(plan.logins_a_second, acks.measure())
    life.record("acks-quiet", quiet)
    life.record("acks-logins", busy)
    life.record("acks-slower", busy / quiet)
    if len(logins.answered(200)) != len(logins.answers):
        raise Voided(f"not all logins succeeded: {sorted({status for status, _ in logins.answers})}")
    life.record("acks-flood", await logins.beside(plan.flood_a_second, acks.measure()))
    if len(logins.answered(200)) + len(logins.answered(503)) != len(logins.answers):
        raise Voided(f"neither logged in nor refused: {sorted({status for status, _ in logins.answers})}")
    life.record("refusal", p99(logins.answered(503)) * MILLISECONDS)
