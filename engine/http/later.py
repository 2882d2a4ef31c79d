"""What a request asks for and no answer waits for."""

import asyncio
import logging
import random
from collections.abc import Coroutine
from typing import Any

from engine.loop.tasks import Tasks
from engine.mongo import DatabaseAway

MOST_SECONDS = 1.0
log = logging.getLogger(__name__)


class Later(Tasks):
    """Runs what no answer should wait for, or whose time no answer should tell: not this one's, nor the next."""

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run it within a second. What goes wrong is logged."""
        self.spawn(self._run(coroutine))

    async def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            # At once it would slow down the next request, which tells as much as a slow answer.
            await asyncio.sleep(random.uniform(0, MOST_SECONDS))  # noqa: S311
            await coroutine
        except DatabaseAway:
            log.warning("Something that a request asked for was not done: the database is away")
        except Exception:
            log.exception("Something that a request asked for failed")
        finally:
            coroutine.close()  # where it was cancelled before it began
