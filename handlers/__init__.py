"""Every route. `api` routes answer with and without the prefix /api; realtime adds /socket.io/ itself."""

from engine.http.health import HealthHandler, ReadyHandler
from handlers.accounts.routes import routes as account_routes
from handlers.notices import NoticesHandler
from handlers.page import WEB, PageHandler
from handlers.rooms import MemberHandler, MembersHandler, MessagesHandler, RoomHandler, RoomsHandler

api = [
    *account_routes,
    # The example
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
    ("/readyz", ReadyHandler),
    ("/()", PageHandler, WEB),
    ("/web/(.*)", PageHandler, WEB),
]
