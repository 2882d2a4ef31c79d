"""Is this process alive? For whoever restarts it if not."""

from engine.http.handler import Handler


class HealthHandler(Handler):
    """Says so."""

    needs_database = False

    def get(self) -> None:
        """Answer that it is."""
        self.write({"ok": True})

    head = get
