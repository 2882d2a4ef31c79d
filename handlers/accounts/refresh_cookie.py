"""The refresh token in a cookie that no script can read, for browsers that ask for it."""

from typing import Any

from engine.http.origins import Origins
from handlers.base import BaseHandler
from models.accounts.errors import TokenInvalid
from models.accounts.sessions import Sessions

# Browsers keep a cookie with this prefix to this very host, and to https (RFC 6265bis, 4.1.3.2).
COOKIE_OF_PRODUCTION, COOKIE_OF_DEVELOPMENT = "__Host-refresh", "refresh"


class RefreshCookieHandler(BaseHandler):
    """Inherit from this to read or write it."""

    @property
    def sessions(self) -> Sessions:
        """The app's sessions."""
        return self.settings["sessions"]

    def check_same_origin(self) -> None:
        """Raises ApiError 403 for a request that a page of another origin has sent."""
        origins: Origins = self.settings["origins"]
        origins.check_own(self.request)

    def refresh_cookie(self) -> str | None:
        """The refresh token in the cookie. Raises ApiError 403 if another site's page sent it along."""
        if token := self.get_cookie(self._cookie):
            self.check_same_origin()
        return token

    def has_cookie(self) -> bool:
        """Whether the browser keeps the refresh token of this session, and not of another one, in the cookie."""
        try:
            return self.sessions.session_id(self.get_cookie(self._cookie, "")) == self.session_id
        except TokenInvalid:
            return False

    def set_refresh_cookie(self, token: str) -> None:
        """Gives the browser a refresh token to keep, out of reach of scripts and of other sites."""
        self._write_cookie(token, self.settings["refresh_token_seconds"])

    def clear_refresh_cookie(self) -> None:
        """Makes the browser forget it."""
        self._write_cookie("", 0)

    def _write_cookie(self, token: str, seconds: int) -> None:
        attributes: dict[str, Any] = {"httponly": True, "secure": self.settings["production"], "samesite": "Strict"}
        self.set_cookie(self._cookie, token, max_age=seconds, path="/", **attributes)

    @property
    def _cookie(self) -> str:
        return COOKIE_OF_PRODUCTION if self.settings["production"] else COOKIE_OF_DEVELOPMENT
