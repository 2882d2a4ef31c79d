"""The browser's client, /socket.io/socket.io.js: of the npm package where it is installed, else of its public CDN."""

from pathlib import Path

from engine.http.security_headers import SecurityHeadersHandler

INSTALLED = Path(__file__).parents[2] / "node_modules/socket.io-client/dist/socket.io.min.js"
PUBLIC = "https://cdn.socket.io/4.8.1/socket.io.min.js"


class ClientScriptHandler(SecurityHeadersHandler):
    """Serves or redirects to the script."""

    def set_default_headers(self):
        super().set_default_headers()
        # Pages of any site may load it: it is the same for everybody.
        self.set_header("Cross-Origin-Resource-Policy", "cross-origin")

    def get(self):
        """Answer with the script."""
        if not INSTALLED.exists():
            self.redirect(PUBLIC)
            return
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        self.set_header("Cache-Control", "no-cache")
        self.write(INSTALLED.read_bytes())  # pyright: ignore[reportUnknownMemberType] - Tornado's dict is of anything

    head = get
