"""The wiring: what the app is made of, and `main()`, which runs it until a signal comes."""

import asyncio
import gc
import logging
import os
import signal
import sys
from contextlib import nullcontext, suppress

from tornado import autoreload
from tornado.httpserver import HTTPServer
from tornado.log import enable_pretty_logging
from tornado.netutil import bind_sockets

try:
    from uvloop import new_event_loop
except ImportError:
    from asyncio import new_event_loop

import models
from engine.http.application import Application
from engine.http.client_address import Proxies
from engine.http.rate_limits import RateLimits
from engine.mail.mailer import Mailer
from engine.mongo import mongod
from engine.mongo.availability import Availability
from handlers import routes
from handlers.base import NotFoundHandler
from models.accounts.sessions import Sessions
from models.errors import Unauthenticated
from realtime import Limits, Refused, Unavailable, io
from settings import Settings, SettingsError, load

HTTP_LIMITS = {
    "max_header_size": 16 * 1024,
    # For handlers that are not a BaseHandler, which has a limit of its own.
    "max_body_size": 1024 * 1024,
    "max_buffer_size": 2 * 1024 * 1024,
    # Longer than the 60 s after which load balancers drop an idle connection, so that they are the first to.
    "idle_connection_timeout": 75.0,
    "body_timeout": 30.0,
}

WELCOME = """
  Open {url}, register, and watch events arrive.
  Edit realtime/connection.py: the app reloads when you save. Ctrl-C stops it.
"""
log = logging.getLogger("app")


def make_app(settings: Settings, db) -> Application:
    """The whole application on one database."""
    lifetimes = settings.access_token_seconds, settings.refresh_token_seconds
    app = Application(
        routes,
        default_handler_class=NotFoundHandler,
        db=db,
        availability=Availability(db),
        sessions=Sessions(db, settings.jwt_secret, *lifetimes),
        mailer=Mailer(settings.smtp_url, settings.mail_from, settings.public_url, settings.production),
        rate_limits=RateLimits(settings.rate_limits),
        cors_origins=settings.cors_origins,
        proxies=Proxies(settings.trusted_proxies),
        production=settings.production,
        public_url=settings.public_url,
        confirm_emails=settings.confirm_emails,
        refresh_token_seconds=settings.refresh_token_seconds,
    )
    attach_realtime(app, settings)
    return app


def attach_realtime(app: Application, settings: Settings):
    """Gives `io` this app, and what realtime has to ask of models, which it does not know."""
    db, sessions, availability = (app.settings[name] for name in ("db", "sessions", "availability"))

    async def access(token: str):
        await availability.check()
        return await sessions.authenticate(token)

    async def told(answer):
        try:
            return await answer
        except Unauthenticated as error:
            raise Refused(error.code, str(error)) from None
        except models.DatabaseAway as error:
            raise Unavailable(str(error)) from None

    limits = Limits(
        message_bytes=settings.max_message_bytes,
        backlog_bytes=settings.max_backlog_bytes,
        events_per_second=settings.max_events_per_second,
    )
    io.attach(
        app,
        db=db,
        authenticate=lambda token: told(access(token)),
        limits=limits,
        available=availability.ask,
        proxies=app.settings["proxies"],
        ended=lambda: told(sessions.ended_lately()),
    )


def make_server(app: Application, settings: Settings) -> HTTPServer:
    """The server with its limits; it listens to nothing yet."""
    return HTTPServer(app, **HTTP_LIMITS)


async def drain(app: Application, server: HTTPServer, seconds: float):
    """Sends clients away, takes nothing new, lets what was begun end for so long, and closes what is left."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            # Before it stops listening: a client that polls comes for its last events with a request of its own.
            await io.drain(seconds * 0.8)
            server.stop()
            await app.idle()
            await app.settings["mailer"].idle(seconds * 0.2)
    server.stop()
    await server.close_all_connections()


async def serve(settings: Settings, mongodb_url: str):
    """Serves until a signal comes; a second one ends the drain."""
    this = asyncio.current_task()
    for number in ending_signals():
        asyncio.get_running_loop().add_signal_handler(number, this.cancel)
    with suppress(asyncio.CancelledError):
        db = models.connect(mongodb_url, settings.mongodb_database)
        await models.prepare(db)
        app = make_app(settings, db)
        server = make_server(app, settings)
        # What is here by now stays: the garbage collector, which stops everything while it looks, need not look at it.
        gc.freeze()
        listen(server, settings)
        try:
            await asyncio.Event().wait()
        finally:
            try:
                await drain(app, server, settings.drain_seconds)
            finally:
                await end_tasks(settings.drain_seconds / 10)


async def end_tasks(seconds: float):
    """Cancels whatever still runs, and gives it so long to take notice."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


def ending_signals() -> set[int]:
    """The signals that end the app; under nohup, SIGHUP does not."""
    hangup = set() if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else {signal.SIGHUP}
    return {signal.SIGINT, signal.SIGTERM} | hangup


def listen(server: HTTPServer, settings: Settings):
    """Opens the port and says where it is. Raises SettingsError."""
    try:
        # After a restart everybody comes back at once; whoever finds the queue full tries again only a second later.
        sockets = bind_sockets(settings.port, settings.address, backlog=4096)
    except OSError as error:
        reason = f"Cannot listen on {settings.address}, port {settings.port}: {error.strerror}."
        raise SettingsError(f"{reason} Choose another: PORT=8889 make run") from None
    server.add_sockets(sockets)
    port = sockets[0].getsockname()[1]
    if settings.production:
        log.info("Listening on %s, port %d", settings.address, port)
    else:
        print(WELCOME.format(url=f"http://localhost:{port}"), flush=True)
        reload_on_changes()


def reload_on_changes():
    autoreload.watch(".env")
    autoreload.add_reload_hook(lambda: log.info("A file has changed: reloading"))
    autoreload.start()


def database(settings: Settings):
    """MONGODB_URL, or a MongoDB that lives as long as this context."""
    return nullcontext(settings.mongodb_url) if settings.mongodb_url else mongod.running(settings.var_dir / "mongo")


def run(settings: Settings):
    """Serves with the fastest event loop there is. Raises SettingsError, mongod.CannotStart, models.CannotConnect."""
    with database(settings) as mongodb_url:
        # Not asyncio.run, which at its end waits for ever for a hook that will not be cancelled.
        new_event_loop().run_until_complete(serve(settings, mongodb_url))


def main():
    enable_pretty_logging()
    for number in ending_signals():
        # Until the loop takes over, all of them end the start as Ctrl-C does.
        signal.signal(number, signal.default_int_handler)
    try:
        run(load())
    except KeyboardInterrupt:
        pass
    except (SettingsError, mongod.CannotStart, models.CannotConnect) as error:
        print(error, file=sys.stderr, flush=True)
        # Not sys.exit: tornado.autoreload would wait for a change of a file.
        os._exit(2)
    sys.stdout.flush()
    # Not a return: a thread that a hook has started and that hangs would hold up the end.
    os._exit(0)


if __name__ == "__main__":
    main()
