"""Is this process alive? For whoever restarts it if not."""

from handlers.base import BaseHandler


class HealthHandler(BaseHandler):
    needs_database = False

    def get(self):
        self.write({"ok": True})

    head = get
