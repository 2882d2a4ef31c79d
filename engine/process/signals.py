"""The signals that end a process."""

import asyncio
import signal


def ending_signals() -> set[signal.Signals]:
    """SIGINT, SIGTERM and SIGHUP; under nohup, SIGHUP does not end anything."""
    hangup: set[signal.Signals] = set() if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else {signal.SIGHUP}
    return {signal.SIGINT, signal.SIGTERM} | hangup


def interrupt_on_signals() -> None:
    """Have each of them raise KeyboardInterrupt, as Ctrl-C does, until a loop takes over."""
    for number in ending_signals():
        signal.signal(number, signal.default_int_handler)


def cancel_on_signals(task: asyncio.Task[None]) -> None:
    """Have each of them cancel a task of the loop that runs."""
    for number in ending_signals():
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
