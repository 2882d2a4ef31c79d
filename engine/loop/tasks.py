"""Tasks that nobody awaits."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Tasks(set[asyncio.Task[Any]]):
    """Tasks that are held until they are done: the loop itself forgets those that wait."""

    def spawn(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run it as a task and return that."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self.hold(task)
        return task

    def hold(self, task: asyncio.Task[Any]) -> None:
        """Hold a task that runs already."""
        self.add(task)
        task.add_done_callback(self.discard)

    def cancel(self) -> None:
        """Cancel them all."""
        for task in self:
            task.cancel()
