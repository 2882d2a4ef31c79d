"""Many well-behaved clients that know what they should hear, and are answered what they ask."""

import asyncio
import json
import random

from engine.testing.websocket_client import WebSocketClient, client_frame, upgrade_request

PATH = "/socket.io/?EIO=4&transport=websocket"
MARKER = b'42["~",'
"""Of an event that says where in the log the one before it stands."""
SETTLED_SECONDS = 120
SAME = ("tasks", "descriptors", "links", "websockets", "rooms", "running", "deadlines", "not disconnected")


class Member(WebSocketClient):
    """One of the crowd: it hears the numbered news, all of it and in order, and is answered whatever it asks."""

    def __init__(self, port: int, user: str):
        super().__init__(upgrade_request(PATH, port))
        self.user, self.entered = user, asyncio.get_running_loop().create_future()
        self.last = None
        self.faults, self.asked = [], {}
        self.number = 0

    def message(self, payload: bytes):
        if payload.startswith(b'42["news",'):
            number = int(payload[10:-1])
            if self.last is not None and number != self.last + 1:
                self.faults.append(f"{self.user} heard {number} after {self.last}")
            self.last = number
        elif payload.startswith(MARKER):
            pass
        elif payload.startswith(b"43"):
            number, _, answer = payload[2:].partition(b"[")
            answered = self.asked.pop(int(number))
            answered.set_result(json.loads(b"[" + answer))
        elif payload == b"2":
            self.transport.write(client_frame(b"3"))
        elif payload.startswith(b"0"):
            self.transport.write(client_frame(b'40{"token":"%b"}' % self.user.encode()))
        elif payload.startswith(b'40{"sid"'):
            self.entered.set_result(None)
        else:
            self.failed(AssertionError(repr(payload[:200])))

    async def call(self, event: str, payload=None):
        """Emit an event and return its answer."""
        self.number += 1
        answered = asyncio.get_running_loop().create_future()
        self.asked[self.number] = answered
        self.transport.write(client_frame(f"42{self.number}{json.dumps([event, payload])}".encode()))
        return next(iter(await asyncio.shield(answered)), None)

    def failed(self, error: Exception):
        self.faults.append(f"{self.user}: {error}")
        for answered in self.asked.values():
            answered.cancel()
        if not self.entered.done():
            self.entered.set_exception(error)

    def connection_lost(self, error):
        if not self.transport.is_closing():
            self.failed(ConnectionError("lost"))


class Crowd:
    """Members who ask something now and then, for as long as the crowd is `busy`."""

    def __init__(self, members: list[Member]):
        self.members, self.tasks = members, []

    @classmethod
    async def gather(cls, port: int, size: int) -> "Crowd":
        loop, members = asyncio.get_running_loop(), []
        for number in range(size):
            _, member = await loop.create_connection(lambda n=number: Member(port, f"crowd{n}"), "127.0.0.1", port)
            await member.entered
            members.append(member)
        return cls(members)

    async def ask(self, member: Member, every: float):
        await asyncio.sleep(random.uniform(0, every))
        while True:
            assert await member.call("echo", member.user) == member.user
            await asyncio.sleep(every * random.uniform(0.8, 1.2))

    def start(self, every: float) -> None:
        """Have each of them ask for an ack every so many seconds."""
        self.tasks = [asyncio.create_task(self.ask(member, every)) for member in self.members]

    async def stop(self) -> None:
        """Have them stop asking; what they asked last is still answered."""
        for task in self.tasks:
            task.cancel()
        async with asyncio.timeout(60):
            while any(member.asked for member in self.members):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    @property
    def answers(self) -> int:
        """How many they have had."""
        return sum(member.number - len(member.asked) for member in self.members)

    async def have(self, answers: int) -> None:
        """Wait until they have had so many more."""
        answers += self.answers
        while self.answers < answers:
            assert self.faults == []
            await asyncio.sleep(0.05)

    @property
    def faults(self) -> list[str]:
        return [fault for member in self.members for fault in member.faults]

    def spread(self) -> int:
        """By how many news some are ahead of others."""
        heard = [member.last for member in self.members]
        return max(heard) - min(heard)

    async def settled(self, before: dict | None = None) -> dict:
        """The server's stats, once nobody but the crowd is there and all is as `before`, or stays as it is."""
        last = before
        for _ in range(2 * SETTLED_SECONDS):
            await asyncio.sleep(0.5)
            stats = await self.members[0].call("stats")
            if last and stats["links"] == len(self.members) and only(stats) == only(last):
                break
            last = before or stats
        return stats

    def leave(self) -> None:
        for member in self.members:
            member.transport.close()


def percentile(delays: list[float], share: float) -> float:
    return delays[int(len(delays) * share)]


def only(stats: dict) -> dict:
    """What of a server's stats must be as before, once all is over."""
    return {name: stats[name] for name in SAME}
