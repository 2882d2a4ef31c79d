"""Is this process alive, and ready? For whoever restarts it if not, or sends it requests."""

from typing import Any

from tornado.httputil import HTTPServerRequest

from engine.http.capacity import Capacity
from engine.http.handler import Handler


class Vital(Handler):
    """Is asked even when all connections are taken."""

    needs_database = False

    @classmethod
    def is_served_without_room(cls, request: HTTPServerRequest, **arguments: Any) -> bool:
        """It is."""
        return True


class HealthHandler(Vital):
    """Says so, and whether its database is away, which is no reason to restart it."""

    def get(self) -> None:
        """Answer that it is."""
        availability = self.settings.get("availability")
        self.write({"ok": True, "database": "away"} if availability and availability.away else {"ok": True})


class ReadyHandler(Vital):
    """Says whether all is there that this process needs, and whether it takes new clients."""

    def get(self) -> None:
        """Answer 200, or 503 and what is away."""
        availability, node = self.settings.get("availability"), self.settings["node"]
        capacity: Capacity = self.settings["capacity"]
        state = {
            "database": "away" if availability and availability.away else "here",
            "other nodes": "here" if node.backplane.ready else "away",
            "this one": "draining" if node.eio.readiness.draining else "full" if capacity.full else "here",
        }
        ready = {*state.values()} == {"here"}
        self.set_status(200 if ready else 503)
        self.write({"ok": ready, **state})
