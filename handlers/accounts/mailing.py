"""The mails that accounts send, and when; what stands in them is in letters.py."""

from engine.mail.mailer import Mailer
from handlers.accounts import letters
from handlers.accounts.letters import Letter
from handlers.base import BaseHandler
from models.accounts import codes
from models.accounts.user import User


class MailingHandler(BaseHandler):
    """Inherit from this to write to users. Nobody gets more of it than the limits allow."""

    def post_letter(self, to: str, letter: Letter) -> None:
        """Sends one of letters.py in the background."""
        mailer: Mailer = self.settings["mailer"]
        mailer.post(to, *letter)

    async def send_confirmation(self, user: User, email: str) -> None:
        """Sends a link that confirms that this address is the user's."""
        if await self.limits.has_room("mails to one e-mail", email):
            code = await codes.make(self.db, "confirm email", user, email)
            route = f"{self.settings['public_url']}/api/auth/email-confirmation"
            self.post_letter(email, letters.confirm_email(f"{route}?confirmation={code}"))

    async def send_reset(self, user: User) -> None:
        """Sends a link with which the user can choose a new password."""
        if await self.limits.has_room("mails to one e-mail", user.email):
            code = await codes.make(self.db, "reset password", user, user.email)
            self.post_letter(user.email, letters.reset_password(f"{self.settings['public_url']}/#reset={code}"))

    async def tell_of_new_email(self, user: User, email: str) -> None:
        """Tells the old address of the new one, and makes codes void that were sent to the old one."""
        await codes.forget(self.db, user.id, "reset password")
        self.post_letter(user.email, letters.email_changed(email))
