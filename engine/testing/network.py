"""Machines, which are network namespaces of Linux, and a cable from each to all others: it can be cut, and fail.

It needs the right to make a namespace and a network device (root, or namespaces of users), and iproute2. The kernel's
own `netem` would delay and lose as well, where there is one; here that is done by a thread which carries the packets.
"""

import heapq
import os
import random
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

NEEDED = "Linux, root or namespaces of users, /dev/net/tun, and iproute2: sudo apt-get install iproute2"
PACKET_BYTES = 65536


@dataclass
class Cable:
    """What is wrong with it, for both ways; `loss` is the share of packets."""

    device: int
    cut: bool = False
    delay_seconds: float = 0
    loss: float = 0

    def loses(self) -> bool:
        return self.cut or random.random() < self.loss


class Machine:
    """One on its `address`: what is started with `inside` before its command runs there. Raises OSError."""

    def __init__(self, address: str):
        self.address = address
        here, there = socket.socketpair()
        as_root = [] if os.getuid() == 0 else ["--map-root-user"]
        plug = [sys.executable, Path(__file__).with_name("plug.py"), address]
        self.process = subprocess.Popen(["unshare", "--net", *as_root, *plug], stdin=there, stderr=subprocess.PIPE)
        there.close()
        self.plug = here
        _, devices, *_ = socket.recv_fds(here, 16, 1)
        if not devices:
            here.close()
            raise OSError(self.process.communicate()[1].decode().splitlines()[-1])
        self.cable = Cable(devices[0])
        as_user = [] if os.getuid() == 0 else ["--user", "--preserve-credentials"]
        self.inside = ["nsenter", "--target", str(self.process.pid), "--net", *as_user]

    def run(self, *command: str):
        """Run a command there, to its end."""
        subprocess.run([*self.inside, *command], check=True)

    def socket(self) -> socket.socket:
        """A socket of the machine, from which its own servers are on 127.0.0.1."""
        self.plug.send(b"s")
        return socket.socket(fileno=socket.recv_fds(self.plug, 16, 1)[1][0])

    def unplug(self):
        self.plug.close()
        self.process.wait()
        self.process.stderr.close()
        os.close(self.cable.device)


class Network:
    """Carries packets between machines, for as long as it is on."""

    def __init__(self):
        self.machines: dict[bytes, Machine] = {}
        self.selector, self.numbers = selectors.DefaultSelector(), count()
        self.late: list[tuple[float, int, int, bytes]] = []
        self.on = True
        self.thread = threading.Thread(target=self.carry, daemon=True)

    def add(self, machine: Machine):
        self.machines[socket.inet_aton(machine.address)] = machine
        self.selector.register(machine.cable.device, selectors.EVENT_READ, machine.cable)

    def carry(self):
        while self.on:
            wait = self.late[0][0] - time.monotonic() if self.late else 0.1
            for key, _ in self.selector.select(max(0, min(wait, 0.1))):
                self.take(os.read(key.fd, PACKET_BYTES), key.data)
            while self.late and self.late[0][0] <= time.monotonic():
                *_, device, packet = heapq.heappop(self.late)
                os.write(device, packet)

    def take(self, packet: bytes, sender: Cable):
        """Send a packet on: its receiver's address stands at byte 16 (RFC 791, 3.1)."""
        receiver = self.machines.get(packet[16:20])
        if receiver and not sender.loses() and not receiver.cable.loses():
            due = time.monotonic() + sender.delay_seconds + receiver.cable.delay_seconds
            heapq.heappush(self.late, (due, next(self.numbers), receiver.cable.device, packet))

    def off(self):
        self.on = False
        self.thread.join()
        for machine in self.machines.values():
            machine.unplug()


@pytest.fixture
def plug_in() -> Callable[[], Machine]:
    """`one, two = plug_in(), plug_in()` are two machines that reach each other."""
    network = Network()

    def plug_in() -> Machine:
        try:
            network.add(machine := Machine(f"10.77.0.{len(network.machines) + 1}"))
        except OSError as error:
            pytest.skip(f"This test needs machines ({NEEDED}): {error}")
        if not network.thread.ident:
            network.thread.start()
        return machine

    yield plug_in
    if network.thread.ident:
        network.off()
