"""A connection that may come back, packet by packet."""

import json

from engine.testing.wire import Wire

HOOK_DONE = "done?"


class Tab:
    """One connection. `pid` and `offset` are what its client would say to come back, `recovered` whether it has."""

    def __init__(self, wire: Wire, token: str):
        self.wire, self.token = wire, token
        self.pid = self.id = None
        self.recovered = False
        self.events: list = []

    async def connect(self, pid: object = None, offset: object = None) -> "Tab":
        """CONNECT, by what is known of another connection if there was one. Keeps what comes before the answer."""
        auth = {"token": self.token} | ({} if pid is None else {"pid": pid, "offset": offset})
        packet = await self.wire.join(auth=auth)
        while not packet.startswith("40"):
            assert packet.startswith("42")
            self.events.append(tuple(json.loads(packet[2:])))
            packet = await self.wire.read()
        answer = json.loads(packet[2:])
        self.id, self.pid = answer["sid"], answer.get("pid")
        self.recovered = pid is not None and self.pid == pid
        await self.settle()
        return self

    async def settle(self) -> list:
        """All events that have come, once connection() and what the server has sent by now is done."""
        await self.wire.send(f'420["{HOOK_DONE}"]')
        while not (packet := await self.wire.read()).startswith("430"):
            self.events.append(tuple(json.loads(packet[2:])))
        return self.events

    @property
    def offset(self) -> str | None:
        return self.wire.offset

    def cut(self):
        """The network is gone."""
        self.wire.connection.stream.close()
