"""Why a process has ended, and what to look at."""

import signal

CANNOT_START = 2
"""The exit code of a process whose last words say what it lacks."""
BY_SIGNAL = {
    signal.SIGKILL: "by hand, or by the kernel for want of memory, which its log tells (dmesg)",
    signal.SIGSEGV: "by a mistake in compiled code: run with PYTHONFAULTHANDLER=1 to see where",
    signal.SIGABRT: "by compiled code that gave up: its last words stand above",
}


def why(code: int) -> str:
    """A sentence on an exit code, which is -N of a process that the signal N has killed."""
    if code < 0:
        name = signal.Signals(-code).name
        return f"was killed with {name}, {BY_SIGNAL.get(signal.Signals(-code), 'by hand perhaps')}"
    if code == 0:
        return "has ended as it was asked to"
    hint = "what it needs stands above" if code == CANNOT_START else "its traceback stands above"
    return f"has ended with exit code {code}: {hint}"
