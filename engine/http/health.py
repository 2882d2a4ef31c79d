"""Is this process alive? For whoever restarts it if not."""

from engine.http.handler import Handler


class HealthHandler(Handler):
    """Says so, and whether its database is away, which is no reason to restart it."""

    needs_database = False

    def get(self) -> None:
        """Answer that it is."""
        availability = self.settings.get("availability")
        self.write({"ok": True, "database": "away"} if availability and availability.away else {"ok": True})
