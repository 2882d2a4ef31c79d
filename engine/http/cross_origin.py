"""Which pages of other origins may use the API (Fetch, 3.3: the CORS protocol)."""

from tornado.web import RequestHandler


class CrossOriginHandler(RequestHandler):
    """Answers preflights, and names the origin where CORS_ORIGINS lists it. Cookies do not cross."""

    def set_default_headers(self):
        super().set_default_headers()
        if self.settings["origins"].is_listed(self.request):
            self.set_header("Access-Control-Allow-Origin", self.request.headers["Origin"])
            self.set_header("Access-Control-Expose-Headers", "Retry-After, WWW-Authenticate")

    def options(self, *args):
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
