"""Starting anew when a file changes, in development."""

import logging
from pathlib import Path

from tornado import autoreload

log = logging.getLogger("app")


def reload_on_changes(env_file: Path) -> None:
    """Start the process anew when one of its modules or `.env` changes."""
    autoreload.watch(str(env_file))
    autoreload.add_reload_hook(lambda: log.info("A file has changed: reloading"))
    autoreload.start()
