"""Accounts: register and log in, as Strapi's users-permissions API has them."""

from typing import Self

from pydantic import Field, model_validator

from handlers.accounts.mailing import MailingHandler
from handlers.accounts.session_tokens import Device, SessionTokensHandler
from models.accounts import places
from models.accounts.errors import EmailNotConfirmed
from models.accounts.fields import LONGEST_EMAIL, Email, Password, TypedPassword, Username, check_password_of, folded
from models.accounts.user import User


class Registration(Device):
    username: Username
    email: Email
    password: Password

    @model_validator(mode="after")
    def _password_of_their_own(self) -> Self:
        check_password_of(self.password, self.username, self.email)
        return self


class Credentials(Device):
    identifier: str = Field(min_length=1, max_length=LONGEST_EMAIL)
    password: TypedPassword


class RegisterHandler(SessionTokensHandler, MailingHandler):
    async def post(self):
        form = self.device_form(Registration)
        await self.limits.spend("register by address", self.network)
        confirmed = not self.settings["confirm_emails"]
        user = await User.register(self.db, form.username, form.email, form.password, confirmed)
        if confirmed:
            await self.begin_session(user, form)
        else:
            self.later(self.send_confirmation(user, user.email))
            self.write({"user": user.public()})


class LoginHandler(SessionTokensHandler):
    async def post(self):
        form = self.device_form(Credentials)
        # As it was typed: a count by the account would tell whose it is.
        name = folded(form.identifier)
        await self.admit(name)
        user = await User.login(self.db, name, form.password)
        if self.settings["confirm_emails"] and not user.confirmed:
            raise EmailNotConfirmed
        await self.limits.spend("logins by account", user.id)
        await self.limits.forget("login by name and address", name, self.network)
        await self.limits.give_back("login by address", self.network)
        await self.begin_session(user, form)

    async def admit(self, name: str) -> None:
        """Lets only so many tries through to the hashing. Raises ApiError 429.

        Nobody can lock a user out: tries from everywhere together count only for addresses that are new to the account.
        """
        await self.limits.spend("login by address", self.network)
        await self.limits.spend("login by name and address", name, self.network)
        if self.network not in await places.of(self.db, name):
            await self.limits.spend("login by name from new addresses", name)
