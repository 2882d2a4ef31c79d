"""`python -m realtime send ROOM EVENT JSON`: asks the nodes of the app from a terminal."""

import asyncio
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import Any, cast

from engine.emitter import emitter
from engine.errors import NotConnected
from engine.process.loading import SettingsError
from engine.process.settings import EngineSettings
from engine.sockets.connected import ConnectedSocket, Connection, Member
from engine.wire.json_out import dumps

ARGUMENTS = {
    "send": "ROOM EVENT [JSON]",
    "broadcast": "EVENT [JSON]",
    "join": "USER ROOM",
    "leave": "USER ROOM",
    "close": "ROOM",
    "disconnect": "USER [REASON]",
    "request": "USER EVENT [JSON]",
    "online": "USER",
    "members": "ROOM",
    "connections": "",
}


def main(load: Callable[[], EngineSettings], argv: Sequence[str] | None = None) -> None:
    """Make one call, print its answer as JSON, and end the process: with 0, or with a sentence and 1 or 2."""
    given = _parser().parse_args(argv)
    try:
        settings = load()
        if not settings.redis_url:
            raise SettingsError("REDIS_URL is needed: without it nobody but the app itself reaches its sockets.")
        answer = asyncio.run(_ask(settings, given.call, _arguments(given)))
    except SettingsError as error:
        sys.exit(str(error))
    except (ConnectionError, NotConnected, TimeoutError, ValueError) as error:
        sys.exit(f"{given.call}: {error}")
    if answer is not None:
        print(dumps(answer).decode())


async def _ask(settings: EngineSettings, call: str, arguments: list[Any]) -> Any:
    async with emitter(settings.redis_url, prefix=settings.redis_prefix) as io:
        return _plain(await getattr(io, call)(*arguments))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m realtime", description="Ask the nodes of this app, through REDIS_URL.")
    calls = parser.add_subparsers(dest="call", required=True, metavar="CALL")
    for call, names in ARGUMENTS.items():
        one = calls.add_parser(call, usage=f"python -m realtime {call} {names}", help=names)
        for name in names.split():
            one.add_argument(name.strip("[]"), nargs="?" if name.startswith("[") else None)
    return parser


def _arguments(given: Namespace) -> list[Any]:
    """What was given, with JSON read. Raises ValueError for what is none."""
    values = [getattr(given, name.strip("[]")) for name in ARGUMENTS[given.call].split()]
    if getattr(given, "JSON", None) is not None:
        values[-1] = json.loads(given.JSON)
    return [value for value in values if value is not None]


def _plain(answer: Any) -> Any:
    """Named tuples as objects."""
    if isinstance(answer, Member | Connection | ConnectedSocket):
        return {name: _plain(value) for name, value in answer._asdict().items()}
    return [_plain(each) for each in cast("list[Any]", answer)] if isinstance(answer, list) else answer
