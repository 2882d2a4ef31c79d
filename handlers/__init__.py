"""Every route. `api` routes answer with and without the prefix /api; realtime adds /socket.io/ itself."""

from pathlib import Path

from handlers import accounts
from handlers.base import FileHandler
from handlers.health import HealthHandler
from handlers.notices import NoticesHandler
from handlers.rooms import MemberHandler, MembersHandler, MessagesHandler, RoomHandler, RoomsHandler

WEB = {"path": Path(__file__).parent.parent / "web", "default_filename": "index.html"}

api = [
    *accounts.routes,
    # The worked example
    ("/rooms", RoomsHandler),
    ("/rooms/([^/]+)", RoomHandler),
    ("/rooms/([^/]+)/members", MembersHandler),
    ("/rooms/([^/]+)/members/([^/]+)", MemberHandler),
    ("/rooms/([^/]+)/messages", MessagesHandler),
    ("/notices", NoticesHandler),
]

routes = [
    *((f"(?:/api)?{path}", handler) for path, handler in api),
    ("/healthz", HealthHandler),
    ("/()", FileHandler, WEB),
    ("/web/(.*)", FileHandler, WEB),
]
