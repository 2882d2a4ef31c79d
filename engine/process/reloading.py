"""Starting anew when a file changes, in development."""

import logging
from collections.abc import Callable
from pathlib import Path

from tornado import autoreload

log = logging.getLogger("app")


def reload_on_changes(env_file: Path, before: Callable[[], None] | None = None) -> None:
    """Start the process anew when one of its modules or `.env` changes; `before()` is called before that."""
    autoreload.watch(str(env_file))
    autoreload.add_reload_hook(lambda: log.info("A file has changed: reloading"))
    if before:
        autoreload.add_reload_hook(before)
    autoreload.start()
