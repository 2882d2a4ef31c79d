"""The browser's client, /socket.io/socket.io.js: of the npm package where it is installed, else our copy of it."""

from pathlib import Path

from engine.http.security_headers import SecurityHeadersHandler

INSTALLED = Path(__file__).parents[2] / "node_modules/socket.io-client/dist/socket.io.min.js"
COPY = Path(__file__).parent / "socket.io.min.js"


class ClientScriptHandler(SecurityHeadersHandler):
    """Serves the script."""

    def set_default_headers(self):
        super().set_default_headers()
        # Pages of any site may load it: it is the same for everybody.
        self.set_header("Cross-Origin-Resource-Policy", "cross-origin")

    def get(self):
        """Answer with the script."""
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        self.set_header("Cache-Control", "no-cache")
        script = INSTALLED if INSTALLED.exists() else COPY
        self.write(script.read_bytes())  # pyright: ignore[reportUnknownMemberType] - Tornado's dict is of anything

    head = get
