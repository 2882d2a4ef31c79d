"""What an event costs that is sent on one node for a member of its room on another, with Redis between them."""

import asyncio
from time import perf_counter

from bench.attempt import Attempt
from bench.cluster import Cluster, cluster
from bench.expectations import Broadcast
from bench.life import MICROSECONDS
from bench.logins import MILLISECONDS
from bench.socketio_client import SocketIOClient, event, text
from engine.testing.websocket_client import server_frame

ROOM, SIZE = "news", 64


class Across:
    """Orders events from the sender, some in each turn of its loop; the next order comes when the last is carried out.

    `took` are the seconds from each order of `run` until the member had the events.
    """

    def __init__(self, nodes: Cluster, member: SocketIOClient):
        self.nodes, self.member = nodes, member
        self.took: list[float] = []

    async def run(self, orders: int, events: int):
        """So many orders of so many events each. The sender answers every order, also that for no event."""
        self.took.clear()
        with Broadcast([self.member]) as watch:
            for number in range(0, orders * events or orders, events or 1):
                watch.expect([server_frame(event("news", text(each, SIZE))) for each in range(number, number + events)])
                began = perf_counter()
                order = {"room": ROOM, "size": SIZE, "first": number, "count": events}
                answered = asyncio.ensure_future(self.nodes.sender.control.call("fan", order))
                await watch.finish()
                self.took.append(perf_counter() - began)
                await answered

    async def costs(self, label: str, orders: int, events: int):
        """Records what an event costs each part, and what of it comes to a node that has no member."""
        await self.run(orders // 2, events)
        orderly = await self.nodes.cost(lambda: self.run(orders, 0))
        self.nodes.tap.published = 0
        spent = await self.nodes.cost(lambda: self.run(orders, events))
        each = {part: (spent[part] - orderly[part]) / (orders * events) * MICROSECONDS for part in spent}
        record = self.nodes.sender.record
        record(f"{label}-both", each["sender"] + each["receiver"])
        for part, microseconds in each.items():
            record(f"{label}-{part}", microseconds)
        record(f"{label}-bytes", self.nodes.tap.published / (orders * events))


async def nodes(attempt: Attempt):
    """Lone events, how long one takes, and many in a turn."""
    plan = attempt.plan
    async with cluster(attempt) as nodes:
        member = nodes.receiver.clients[0]
        await nodes.receiver.ask([member], "join", lambda _: ROOM)
        across = Across(nodes, member)
        await nodes.sender.warm_up(lambda: across.run(100, 1))
        await across.costs("lone", plan.orders, 1)
        took = sorted(across.took)
        nodes.sender.record("across-p50", took[len(took) // 2] * MILLISECONDS)
        nodes.sender.record("across-p99", took[len(took) * 99 // 100] * MILLISECONDS)
        await across.costs("crowded", plan.orders // 5, plan.burst)
