"""`node.py` as a process, which can be killed and stopped."""

import os
import signal
from pathlib import Path

from engine.tests.transport.server_process import ServerProcess


class NodeProcess(ServerProcess):
    """A node on a `port`; see ServerProcess."""

    program = "engine.tests.nodes.node"

    def freeze(self):
        """Have it stop where it is, its connections open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def cpu_seconds(self) -> float:
        """What it has used so far, by itself and by the kernel for it."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
