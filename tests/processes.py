"""What tests of processes ask."""

import subprocess
import time


def lives(pid: int) -> bool:
    """Whether the process is there, and not merely its exit code for a parent that has not asked yet."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return state != "" and not state.startswith("Z")


def eventually(condition, seconds: float = 10) -> bool:
    """Whether it comes true in that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
