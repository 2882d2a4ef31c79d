"""A network that fails: a TCP proxy whose connections can be cut, be silent, or stall."""

import asyncio
import contextlib
import socket
from struct import pack

import pytest

RESET = pack("ii", 1, 0)
"""SO_LINGER that makes closing a socket a reset."""


class Proxy:
    """Carries connections to a port of this machine. What is done to the network is done to those that are open now."""

    def __init__(self, port: int):
        self.target = port
        self.server: asyncio.Server | None = None
        self.carried: set[Carried] = set()
        self.is_down = False
        self.cut_at: bytes | None = None
        """A connection is cut, once, between what comes before this and this."""
        self.stall_at: bytes | None = None
        """A connection stalls, once, instead of carrying this."""

    @property
    def url(self) -> str:
        assert self.server
        return f"http://localhost:{self.server.sockets[0].getsockname()[1]}"

    async def open(self):
        self.server = await asyncio.start_server(self.carry, "localhost", 0)

    async def carry(self, reader, writer):
        if self.is_down:
            writer.close()
            return
        try:
            there = await asyncio.open_connection("localhost", self.target)
        except OSError:
            writer.close()
            return
        carried = Carried(self, (reader, writer), there)
        self.carried.add(carried)
        await carried.run()
        self.carried.discard(carried)

    def reset(self, *, tells_server: bool = True):
        """Cut all connections; unless it is to be told, the server takes them for open."""
        for carried in tuple(self.carried):
            carried.reset(tells_server)

    def down(self):
        """Cut all connections and take no others until `up`."""
        self.is_down = True
        self.reset()

    def up(self):
        """Carry again."""
        self.is_down = False

    def swallow(self):
        """Let all connections be, and carry nothing over them any more."""
        for carried in self.carried:
            carried.swallows = True

    def stall(self):
        """Carry nothing for now over all connections."""
        for carried in self.carried:
            carried.flows.clear()

    def flow(self):
        """Carry what has come meanwhile."""
        for carried in self.carried:
            carried.flows.set()

    def close(self):
        self.reset()
        if self.server:
            self.server.close()


class Carried:
    """One connection of a client, and the one to the server that it is carried on."""

    def __init__(self, proxy: Proxy, here, there):
        self.proxy, self.here, self.there = proxy, here, there
        self.swallows = False
        self.left: int | None = None
        """How many bytes more it carries before it is cut, None for as many as there are."""
        self.flows = asyncio.Event()
        self.flows.set()

    async def run(self):
        here, there = self.here, self.there
        await asyncio.gather(self.pump(here[0], there[1]), self.pump(there[0], here[1]))

    async def pump(self, reader, writer):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                self.stall(data)
                await self.flows.wait()
                if not self.swallows:
                    self.carry(data, writer)
        writer.close()

    def stall(self, data: bytes):
        """Stall if this is where to."""
        proxy = self.proxy
        if proxy.stall_at and proxy.stall_at in data:
            proxy.stall_at = None
            self.flows.clear()

    def carry(self, data: bytes, writer):
        """Pass it on, but only what comes before the cut, if that is in it."""
        proxy = self.proxy
        if proxy.cut_at and proxy.cut_at in data:
            self.left, proxy.cut_at = data.index(proxy.cut_at), None
        writer.write(data[: self.left])
        if self.left is not None:
            self.left = max(0, self.left - len(data))
            if not self.left:
                self.cut()

    def cut_after(self, size: int):
        """Cut it once it has carried so many bytes more, wherever in them that is."""
        self.left = size

    def cut(self):
        """End it when what has been carried has arrived."""
        self.swallows = True
        for _, writer in (self.here, self.there):
            writer.close()

    def reset(self, tells_server: bool):
        self.swallows = True
        self.flows.set()
        for _, writer in (self.here, self.there) if tells_server else (self.here,):
            if not writer.is_closing():
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()


@pytest.fixture
def proxy(io_loop, http_port):
    """A network between clients and the app's server, which they reach by `proxy.url`; `down` and `up` it."""
    proxy = Proxy(http_port)
    io_loop.run_sync(proxy.open)
    yield proxy
    proxy.close()
