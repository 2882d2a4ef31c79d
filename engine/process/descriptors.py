"""How many files and connections a process may have open at once (RLIMIT_NOFILE of getrlimit(2))."""

import resource
from contextlib import suppress

from engine.process.loading import SettingsError

ENOUGH = 1024 * 1024
"""Some systems allow a thousand times as many, which programs that look at each of them do not survive."""
RESERVE = 160
"""For what is no client: the pool of MongoDB alone has up to 100. Of a small limit it is the half."""


def raise_limit() -> None:
    """Allow the process as many as it may allow itself. Where the system refuses, all stays as it is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_connections(wanted: int | None) -> int:
    """How many connections a process can have: as many as are wanted, or as its limit allows. Raises SettingsError."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = ENOUGH if soft == resource.RLIM_INFINITY else soft
    possible = limit - min(RESERVE, limit // 2)
    if wanted and wanted > possible:
        raise SettingsError(
            f"MAX_CONNECTIONS={wanted} is more than {possible}, which {limit} open files allow: "
            "allow the process more of them (ulimit -n, or LimitNOFILE of systemd), or take a smaller number."
        )
    return wanted or possible
