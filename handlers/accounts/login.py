"""Accounts: register and log in, as Strapi's users-permissions API has them."""

from typing import Self

from pydantic import Field, model_validator

from engine.http.rate_limits import by_address
from handlers.accounts.limited import LimitedHandler
from handlers.accounts.mailing import MailingHandler
from handlers.accounts.session_tokens import Device, SessionTokensHandler
from models.accounts import sessions
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


class LoginHandler(SessionTokensHandler, LimitedHandler):
    async def post(self):
        form = self.device_form(Credentials)
        account = await self.admit(form.identifier)
        user = await User.login(self.db, form.identifier, form.password)
        if self.settings["confirm_emails"] and not user.confirmed:
            raise EmailNotConfirmed
        await self.limits.forget("login by account and address", account, self.network)
        await self.limits.give_back("login by address", self.network)
        await self.begin_session(user, form)

    async def admit(self, identifier: str) -> str:
        """Lets only so many tries through to the hashing; returns the name under which they are counted.

        Nobody can lock a user out: tries from everywhere together count only for addresses that are new to the account.
        """
        user = await User.find(self.db, identifier)
        account = user.id if user else folded(identifier)
        await self.limits.spend("login by address", self.network)
        await self.limits.spend("login by account and address", account, self.network)
        known = map(by_address, await sessions.addresses(self.db, user and user.id))
        if self.network not in known:
            await self.limits.spend("login by account from new addresses", account)
        return account
