"""What pages of other origins may do (Fetch, 3.3: the CORS protocol)."""

from typing import Any

from tornado.web import RequestHandler

from engine.http.grammar import TOKEN
from engine.http.origins import Origins, Page

USUAL_HEADERS = "Authorization, Content-Type"


class CrossOriginHandler(RequestHandler):
    """Answers preflights, and names the page's origin where it is welcome; of any other the log tells."""

    cookies_cross = False
    """Whether a browser may send to us, from a listed page, the cookies and what else it knows of the user."""
    apps_are_welcome = False
    """Whether programs that are no browser may come without being listed."""
    page = Page.NONE

    @property
    def origins(self) -> Origins:
        """Which pages may call us."""
        return self.settings["origins"]

    def set_default_headers(self) -> None:
        """Called by Tornado for each answer, and anew for an error."""
        super().set_default_headers()
        self.page = self.origins.page(self.request)
        if self.is_welcome():
            self.set_header("Access-Control-Allow-Origin", self.request.headers["Origin"])
            self.set_header("Access-Control-Expose-Headers", "Retry-After, WWW-Authenticate")
            if self.cookies_cross and self.page is Page.LISTED:
                self.set_header("Access-Control-Allow-Credentials", "true")
        elif self.page in (Page.APP, Page.OTHER):
            self.origins.tell_refused(self.request)

    def is_welcome(self) -> bool:
        """Whether the request comes from a page of another origin that may call us."""
        return self.page is Page.LISTED or (self.apps_are_welcome and self.page is Page.APP)

    def options(self, *_: Any, **__: Any) -> None:
        """Answer a preflight."""
        self.set_status(204)
        self.set_header("Allow", self.methods())
        self.set_header("Access-Control-Allow-Methods", self.methods())
        self.set_header("Access-Control-Allow-Headers", self._asked_headers() or USUAL_HEADERS)
        self.set_header("Access-Control-Max-Age", "600")

    def _asked_headers(self) -> str:
        asked = self.request.headers.get("Access-Control-Request-Headers", "") if self.is_welcome() else ""
        return ", ".join(TOKEN.findall(asked))

    def methods(self) -> str:
        """The methods that this handler has, as the Allow header lists them."""
        return ", ".join(name for name in self.SUPPORTED_METHODS if self.has(name.lower()))

    def has(self, method: str) -> bool:
        """Whether the handler has a method of its own."""
        return getattr(type(self), method) is not getattr(RequestHandler, method)
