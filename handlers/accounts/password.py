"""Passwords: change one, and get a new one by e-mail when it is forgotten."""

from pydantic import BaseModel, Field, field_validator

from handlers.accounts import letters
from handlers.accounts.mailing import MailingHandler
from handlers.accounts.password_check import PasswordCheckHandler
from handlers.accounts.session_tokens import Device, SessionTokensHandler
from handlers.base import authenticated
from handlers.errors import ApiError
from models.accounts import codes, passwords
from models.accounts.codes import LONGEST_CODE, Code
from models.accounts.errors import AccountBlocked, ChangedMeanwhile, CodeInvalid, SamePassword
from models.accounts.fields import LONGEST_EMAIL, Password, TypedPassword, check_password_of, folded
from models.accounts.user import User
from models.errors import NotFound

CHANGED = "The password was changed; log in with the new one."


class NewPassword(Device):
    password: Password
    passwordConfirmation: str

    @field_validator("passwordConfirmation")
    @classmethod
    def _same(cls, confirmation: str, info) -> str:
        # A password that is refused itself is not there.
        if confirmation != info.data.get("password", confirmation):
            raise ValueError("Passwords do not match")
        return confirmation


class ChangePassword(NewPassword):
    currentPassword: TypedPassword


class ForgotPassword(BaseModel):
    email: str = Field(min_length=1, max_length=LONGEST_EMAIL)


class ResetPassword(NewPassword):
    code: str = Field(min_length=1, max_length=LONGEST_CODE)


class NewPasswordHandler(SessionTokensHandler, MailingHandler):
    async def hashed(self, password: str, user: User) -> str:
        """The hash to keep of a user's new password. Raises ApiError 400 for their own name, and TooBusy."""
        try:
            check_password_of(password, user.username, user.email)
        except ValueError as error:
            raise ApiError(400, str(error)) from None
        return await passwords.hashed(password)

    async def after_new_password(self, user: User, keep: str | None = None) -> None:
        """Ends every session of the user except `keep`, and every code that is on its way, and tells them why."""
        await self.sessions.end_all(user.id, CHANGED, keep)
        await codes.forget(self.db, user.id)
        self.post_letter(user.email, letters.password_changed())


class ChangePasswordHandler(NewPasswordHandler, PasswordCheckHandler):
    @authenticated
    async def post(self):
        form = self.device_form(ChangePassword)
        await self.check_password(form.currentPassword)
        if form.password == form.currentPassword:
            raise SamePassword
        password_hash = await self.hashed(form.password, self.current_user)
        user = await self.current_user.set_password(self.db, password_hash)
        await self.after_new_password(user, keep=self.session_id)
        pair = await self.sessions.renew(user, self.session_id)
        self.answer(pair, form.cookie or self.has_cookie(), user=user.public())


class ForgotPasswordHandler(MailingHandler):
    async def post(self):
        email = folded(self.form(ForgotPassword).email)
        await self.limits.spend("mail by address", self.network)
        await self.limits.spend("mail by e-mail and address", email, self.network)
        user = await User.find(self.db, email) if "@" in email else None
        # Whether or not there is such a user, the answer is the same and comes at once.
        if user:
            self.later(self.send_reset(user))
        self.write({"ok": True})


class ResetPasswordHandler(NewPasswordHandler):
    async def post(self):
        form = self.device_form(ResetPassword)
        await self.limits.spend("codes by address", self.network)
        user = await self.user_of(await codes.find(self.db, "reset password", form.code))
        password_hash = await self.hashed(form.password, user)
        # Used up only now: whoever is told that the server is busy, or to choose another password, may come again.
        await codes.take(self.db, "reset password", form.code, user)
        try:
            # Who has the code reads the mail of that address.
            user = await user.set_password(self.db, password_hash, confirmed=True)
        except ChangedMeanwhile:
            raise CodeInvalid from None
        await self.after_new_password(user)
        await self.begin_session(user, form)

    async def user_of(self, code: Code) -> User:
        """The user to whom the code was sent. Raises CodeInvalid, AccountBlocked."""
        try:
            user = await User.get(self.db, code.user_id)
        except NotFound:
            raise CodeInvalid from None
        if user.blocked:
            raise AccountBlocked
        return user
