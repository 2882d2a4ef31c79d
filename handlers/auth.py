"""Accounts: register, log in, and who am I; as Strapi's users-permissions API has them."""

from pydantic import BaseModel, Field

from handlers.base import BaseHandler, authenticated
from models.fields import LONGEST_EMAIL, LONGEST_PASSWORD, Email, Password, Username
from models.user import User


class Registration(BaseModel):
    username: Username
    email: Email
    password: Password


class Credentials(BaseModel):
    identifier: str = Field(min_length=1, max_length=LONGEST_EMAIL)
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD)


class AccountHandler(BaseHandler):
    """What ends in being logged in."""

    def welcome(self, user: User):
        self.write({"jwt": self.settings["tokens"].issue(user), "user": user.public()})


class RegisterHandler(AccountHandler):
    async def post(self):
        form = self.form(Registration)
        self.welcome(await User.register(self.db, form.username, form.email, form.password))


class LoginHandler(AccountHandler):
    async def post(self):
        form = self.form(Credentials)
        self.welcome(await User.login(self.db, form.identifier, form.password))


class MeHandler(BaseHandler):
    @authenticated
    async def get(self):
        self.write(self.current_user.public())
