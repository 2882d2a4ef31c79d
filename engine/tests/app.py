"""A small app of the engine's own tests: realtime, and users by the name in their token. No database."""

from engine.http.application import Application
from engine.io import IO
from engine.mail.mailer import Mailer

io = IO()


def make_app(**attached) -> Application:
    """An application with `io` attached to it, by what `IO.attach` takes."""
    app = Application([], mailer=Mailer("", "", "", production=False))
    io.attach(app, **attached)
    return app
