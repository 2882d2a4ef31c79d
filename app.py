"""What the app is made of, and `main()`, which runs it until a signal comes."""

import models
import realtime.events  # noqa: F401 - it registers what clients may emit
from engine import process
from engine.backplane.choice import backplane
from engine.http.application import Application
from engine.http.client_address import Proxies
from engine.http.origins import Origins
from engine.http.rate_limits import RateLimits
from engine.mail.mailer import Mailer
from engine.mongo.availability import Availability
from handlers import routes
from handlers.accounts.sockets import SocketAccounts
from handlers.errors import ANSWERS
from handlers.limits import LIMITS
from models.accounts.sessions import Sessions
from realtime import io
from realtime.connection import connection
from settings import Settings, load
from tasks import schedule


def make_app(settings: Settings, db: models.Database) -> Application:
    """The whole application on one database: what handlers find in `self.settings`, and realtime."""
    lifetimes = settings.access_token_seconds, settings.refresh_token_seconds
    sessions, availability = Sessions(db, settings.jwt_secret, *lifetimes), Availability(db)
    proxies = Proxies(settings.trusted_proxies)
    origins = Origins(settings.cors_origins, proxies, development=not settings.production)
    app = Application(
        routes,
        **dict(settings),
        proxies=proxies,
        origins=origins,
        db=db,
        availability=availability,
        schedule=schedule,
        sessions=sessions,
        mailer=Mailer(settings.smtp_url, settings.mail_from, settings.public_url, settings.production),
        limits=RateLimits(LIMITS, settings.rate_limits, settings.redis_url, settings.redis_prefix),
        production=settings.production,
    )
    io.attach(
        app,
        connection=connection,
        accounts=SocketAccounts(sessions, availability),
        db=db,
        origins=origins,
        proxies=proxies,
        limits=settings.socket_limits,
        answers=ANSWERS,
        backplane=backplane(settings.redis_url, settings.redis_prefix, models.user.User),
    )
    return app


async def start(settings: Settings, mongodb_url: str) -> Application:
    """The application on its database, whose indexes are made. Raises models.CannotConnect."""
    db = models.connect(mongodb_url, settings.mongodb_database)
    await models.prepare(db)
    return make_app(settings, db)


def main() -> None:
    """Runs the app."""
    process.main(load, start)


if __name__ == "__main__":
    main()
