"""What ends in being logged in: tokens in the answer, or the refresh token in a cookie that no script can read."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from engine.http.rate_limits import by_address
from handlers.accounts import letters
from handlers.accounts.device import device_name
from handlers.base import BaseHandler
from models.accounts import codes
from models.accounts.errors import TokenInvalid
from models.accounts.sessions import Pair
from models.accounts.user import User

# Browsers keep a cookie with this prefix to this very host, and to https (RFC 6265bis, 4.1.3.2).
COOKIE_OF_PRODUCTION, COOKIE_OF_DEVELOPMENT = "__Host-refresh", "refresh"


class Device(BaseModel):
    """What a client may say of itself at a login: a name for its user, and that it wants the cookie."""

    device: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] | None = None
    cookie: bool = False


class SignedInHandler(BaseHandler):
    """Inherit from this to log somebody in."""

    @property
    def sessions(self):
        """The app's sessions, see models/accounts/sessions."""
        return self.settings["sessions"]

    def device_form(self, model: type[Device]) -> Device:
        """As `form`, but a page of another site can't ask for a cookie. Raises ApiError 400 and 403."""
        form = self.form(model)
        if form.cookie:
            self.check_same_origin()
        return form

    async def begin_session(self, user: User, form: Device):
        """Logs the user in and answers with tokens and user."""
        device = form.device or device_name(self.request.headers.get("User-Agent", ""))
        pair = await self.sessions.begin(user, device, self.client_address)
        self.answer(pair, form.cookie, user=user.public())

    def answer(self, pair: Pair, in_cookie: bool, **more):
        """Answers with the tokens, and more."""
        if in_cookie:
            self.set_refresh_cookie(pair.refresh_token)
            self.write({"jwt": pair.jwt, **more})
        else:
            self.write({"jwt": pair.jwt, "refreshToken": pair.refresh_token, **more})

    @property
    def limits(self):
        """How often something may be tried, see engine/http/rate_limits.py."""
        return self.settings["rate_limits"]

    @property
    def network(self) -> str:
        """Where the request comes from, as limits count it."""
        return by_address(self.client_address)

    async def check_password(self, password: str):
        """Raises WrongPassword unless it is that of the one who is logged in, and ApiError 429 after too many tries."""
        await self.limits.spend("password checks", self.current_user.id)
        await self.current_user.check_password(self.db, password)

    def post_letter(self, to: str, letter: tuple[str, str]):
        """Sends one of letters.py in the background."""
        self.settings["mailer"].post(to, *letter)

    async def tell_of_new_email(self, user: User, email: str):
        """Tells the old address of the new one, and makes codes void that were sent to the old one."""
        await codes.forget(self.db, user.id, "reset password")
        self.post_letter(user.email, letters.email_changed(email))

    def check_same_origin(self):
        """Raises ApiError 403 for a request that a page of another origin has sent."""
        self.settings["origins"].check_own(self.request)

    def refresh_cookie(self) -> str | None:
        """The refresh token in the cookie. Raises ApiError 403 if another site's page sent it along."""
        if token := self.get_cookie(self._cookie):
            self.check_same_origin()
        return token

    def has_cookie(self) -> bool:
        """Whether the browser keeps the refresh token of this session, and not of another one, in the cookie."""
        try:
            return self.sessions.session_id(self.get_cookie(self._cookie)) == self.session_id
        except TokenInvalid:
            return False

    def set_refresh_cookie(self, token: str):
        """Gives the browser a refresh token to keep, out of reach of scripts and of other sites."""
        seconds = self.settings["refresh_token_seconds"]
        self.set_cookie(self._cookie, token, max_age=seconds, path="/", **self._attributes)

    def clear_refresh_cookie(self):
        """Makes the browser forget it."""
        self.set_cookie(self._cookie, "", max_age=0, path="/", **self._attributes)

    @property
    def _cookie(self) -> str:
        return COOKIE_OF_PRODUCTION if self.settings["production"] else COOKIE_OF_DEVELOPMENT

    @property
    def _attributes(self) -> dict:
        return {"httponly": True, "secure": self.settings["production"], "samesite": "Strict"}
