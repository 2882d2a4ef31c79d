"""Is this process alive, and ready? For whoever restarts it if not, or sends it requests."""

from engine.http.handler import Handler


class HealthHandler(Handler):
    """Says so, and whether its database is away, which is no reason to restart it."""

    needs_database = False

    def get(self) -> None:
        """Answer that it is."""
        availability = self.settings.get("availability")
        self.write({"ok": True, "database": "away"} if availability and availability.away else {"ok": True})


class ReadyHandler(Handler):
    """Says whether all is there that this process needs, and whether it takes new clients."""

    needs_database = False

    def get(self) -> None:
        """Answer 200, or 503 and what is away."""
        availability, node = self.settings.get("availability"), self.settings["node"]
        state = {
            "database": "away" if availability and availability.away else "here",
            "other nodes": "here" if node.backplane.ready else "away",
            "this one": "draining" if node.eio.readiness.draining else "here",
        }
        ready = {*state.values()} == {"here"}
        self.set_status(200 if ready else 503)
        self.write({"ok": ready, **state})
