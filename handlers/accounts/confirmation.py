"""Confirmed e-mail addresses, for an app that asks for them (CONFIRM_EMAILS)."""

from pydantic import BaseModel, Field

from handlers.accounts.mailing import MailingHandler
from handlers.errors import ApiError
from models.accounts import codes
from models.accounts.codes import LONGEST_CODE
from models.accounts.errors import ChangedMeanwhile, CodeInvalid, EmailOrUsernameTaken
from models.accounts.fields import LONGEST_EMAIL, folded
from models.accounts.user import User
from models.errors import NotFound


class Confirmation(BaseModel):
    confirmation: str = Field(min_length=1, max_length=LONGEST_CODE)


class Address(BaseModel):
    email: str = Field(min_length=1, max_length=LONGEST_EMAIL)


class ConfirmingHandler(MailingHandler):
    def check_asked_for(self) -> None:
        """Raises ApiError 404 unless this app asks for confirmed addresses."""
        if not self.settings["confirm_emails"]:
            raise ApiError(404, "This server asks for no confirmation of e-mail addresses")


class ConfirmationHandler(ConfirmingHandler):
    async def get(self):
        self.check_asked_for()
        form = self.query(Confirmation)
        await self.limits.spend("codes by address", self.network)
        try:
            await self.confirm(form.confirmation)
        except (CodeInvalid, EmailOrUsernameTaken):
            if not self.is_opened_in_browser():
                raise
            self.redirect("/#confirmation-failed")
        else:
            self.redirect("/#confirmed") if self.is_opened_in_browser() else self.write({"ok": True})

    async def head(self):
        """Leaves the code to the user: what asks so only looks where the link in the mail leads."""
        self.check_asked_for()

    async def confirm(self, code: str) -> None:
        """Makes the address that the code was sent to the user's own. Raises CodeInvalid, EmailOrUsernameTaken."""
        user_id, email = await codes.find(self.db, "confirm email", code)
        try:
            user = await User.get(self.db, user_id)
            await codes.take(self.db, "confirm email", code, user)
            await user.change(self.db, if_same=True, email=email, confirmed=True)
        except (NotFound, ChangedMeanwhile):
            raise CodeInvalid from None
        if user.email != email:
            await self.tell_of_new_email(user, email)

    def is_opened_in_browser(self) -> bool:
        """Whether somebody clicked the link in the mail and wants to see a page."""
        return "text/html" in self.request.headers.get("Accept", "")


class SendConfirmationHandler(ConfirmingHandler):
    async def post(self):
        self.check_asked_for()
        email = folded(self.form(Address).email)
        await self.limits.spend("mail by address", self.network)
        await self.limits.spend("mail by e-mail and address", email, self.network)
        user = await User.find(self.db, email) if "@" in email else None
        if user and not user.confirmed:
            self.later(self.send_confirmation(user, email))
        self.write({"email": email, "sent": True})
