"""One question serves all who ask."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs `function()` once at a time: whoever asks while it runs gets the answer of that run."""

    def __init__(self, function: Callable[[], Coroutine[Any, Any, T]]):
        self.function = function
        self.task: asyncio.Task[T] | None = None

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self.task is not None and not self.task.done()

    def start(self) -> asyncio.Task[T]:
        """Return the run that is under way, which is a new one if there was none."""
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self.function())
        return self.task

    async def ask(self) -> T:
        """Wait for the answer; who gives up waiting takes it from nobody. Raises what the function raises."""
        return await asyncio.shield(self.start())

    def cancel(self) -> None:
        """End the run that is under way."""
        if self.task:
            self.task.cancel()
