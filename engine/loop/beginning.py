"""When a task begins: in the next turn of the loop, or at once, before whoever begins it goes on."""

import asyncio
import sys
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")
# A name is given: before Python 3.12 to make one up takes as long as all else of a task.
NAME = "realtime"


def begin_soon(coroutine: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop, context: Context) -> asyncio.Task[T]:
    """Have a task begin in the next turn of the loop."""
    # The loop's own way there takes a fifth longer.
    return asyncio.Task(coroutine, loop=loop, name=NAME, context=context)


if sys.version_info >= (3, 12):

    def begin_at_once(
        coroutine: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop, context: Context
    ) -> asyncio.Task[T]:
        """Run a task until its first wait. One that waits for nothing is done then, and costs the loop nothing."""
        try:
            return asyncio.Task(coroutine, loop=loop, name=NAME, context=context, eager_start=True)
        except (SystemExit, KeyboardInterrupt) as error:
            # Out of here uvloop would take it for an error of what reads; out of a task it ends the process.
            return begin_soon(_end(error), loop, context)

    async def _end(error: BaseException) -> Any:
        raise error

else:
    begin_at_once = begin_soon
