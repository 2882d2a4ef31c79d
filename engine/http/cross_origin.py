"""What pages of other origins may do (Fetch, 3.3: the CORS protocol)."""

from typing import Any

from tornado.web import RequestHandler

from engine.http.origins import Origins


class CrossOriginHandler(RequestHandler):
    """Answers preflights, and names the page's origin where the settings list it."""

    cookies_cross = False
    """Whether browsers may send cookies along, and what else they know of the user."""

    @property
    def origins(self) -> Origins:
        """Which pages may call us."""
        return self.settings["origins"]

    def set_default_headers(self) -> None:
        """Called by Tornado for each answer, and anew for an error."""
        super().set_default_headers()
        if self.origins.is_listed(self.request):
            self.set_header("Access-Control-Allow-Origin", self.request.headers["Origin"])
            self.set_header("Access-Control-Expose-Headers", "Retry-After, WWW-Authenticate")
            if self.cookies_cross:
                self.set_header("Access-Control-Allow-Credentials", "true")

    def options(self, *_: Any, **__: Any) -> None:
        """Answer a preflight."""
        self.set_status(204)
        self.set_header("Access-Control-Allow-Methods", self.methods())
        self.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type")
        self.set_header("Access-Control-Max-Age", "600")

    def methods(self) -> str:
        """The methods that this handler has, as the Allow header lists them."""
        own = (name for name in self.SUPPORTED_METHODS if self._has(name.lower()))
        return ", ".join(own)

    def _has(self, method: str) -> bool:
        return getattr(type(self), method) is not getattr(RequestHandler, method)
