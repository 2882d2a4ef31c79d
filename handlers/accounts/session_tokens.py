"""What a login ends in: a session, whose tokens stand in the answer, or partly in the cookie."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, StringConstraints

from engine.http.rate_limits import by_address
from handlers.accounts.device import device_name
from handlers.accounts.refresh_cookie import RefreshCookieHandler
from models.accounts import places
from models.accounts.sessions import Pair
from models.accounts.user import User


class Device(BaseModel):
    """What a client may say of itself at a login: a name for its user, and that it wants the cookie."""

    device: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] | None = None
    cookie: bool = False


Form = TypeVar("Form", bound=Device)


class SessionTokensHandler(RefreshCookieHandler):
    """Inherit from this to log somebody in."""

    def device_form(self, model: type[Form]) -> Form:
        """As `form`, but a page of another site can't ask for a cookie. Raises ApiError 400 and 403."""
        form = self.form(model)
        if form.cookie:
            self.check_same_origin()
        return form

    async def begin_session(self, user: User, form: Device) -> None:
        """Logs the user in and answers with tokens and user."""
        await places.remember(self.db, user, by_address(self.client_address))
        device = form.device or device_name(self.request.headers.get("User-Agent", ""))
        pair = await self.sessions.begin(user, device, self.client_address)
        self.answer(pair, form.cookie, user=user.public())

    def answer(self, pair: Pair, in_cookie: bool, **more: Any) -> None:
        """Answers with the tokens, and more."""
        if in_cookie:
            self.set_refresh_cookie(pair.refresh_token)
            self.write({"jwt": pair.jwt, **more})
        else:
            self.write({"jwt": pair.jwt, "refreshToken": pair.refresh_token, **more})
