"""What browsers may do with our answers: nothing but what they need (Content Security Policy, level 3)."""

from tornado.web import RequestHandler

FOR_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",  # CORS_ORIGINS may fetch all the same; others can't embed it.
    "Cache-Control": "no-store",
    "Vary": "Origin",
}
HTTPS_FROM_NOW_ON = "max-age=31536000"  # RFC 6797, 6.1: a year, for this host alone
NOTHING = "default-src 'none'; frame-ancestors 'none'"


class SecurityHeadersHandler(RequestHandler):
    """Sets them on every answer, errors included; a handler that needs others sets its own."""

    content_security_policy = NOTHING

    def set_default_headers(self) -> None:
        """Called by Tornado for each answer, and anew for an error."""
        super().set_default_headers()
        self.clear_header("Server")  # which would tell the version
        for name, value in FOR_EVERY_ANSWER.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", self.content_security_policy)
        proxies = self.settings.get("proxies")
        if proxies and proxies.scheme(self.request) == "https":
            self.set_header("Strict-Transport-Security", HTTPS_FROM_NOW_ON)
