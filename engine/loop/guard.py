"""Awaiting what the app wrote: a hook, a handler, a callback."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def guarded(awaitable: Awaitable[T]) -> T:
    """Await it and return its result. Whatever goes wrong inside raises an Exception.

    A CancelledError ends the task only if the task itself was cancelled. One that merely came out of something which
    was awaited would pass by every `except Exception`, so it becomes a RuntimeError.
    """
    try:
        return await awaitable
    except asyncio.CancelledError as error:
        if is_cancelled():
            raise
        raise cancelled_inside(error) from error


def cancelled_inside(error: asyncio.CancelledError) -> RuntimeError:
    """What goes on instead of a CancelledError that only came out of something which was awaited."""
    stray = RuntimeError("Something that was awaited has been cancelled")
    stray.__cause__ = error
    return stray


def is_cancelled() -> bool:
    """Whether the task that asks has been cancelled. Its name stands in no frame that its own error keeps alive."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
