"""My account: look at it, change it, delete it."""

from pydantic import BaseModel

from handlers.accounts.mailing import MailingHandler
from handlers.accounts.password_check import PasswordCheckHandler
from handlers.accounts.refresh_cookie import RefreshCookieHandler
from handlers.base import authenticated
from models import belongings
from models.accounts import codes
from models.accounts.fields import Email, TypedPassword, Username

DELETED = "The account was deleted."


class Change(BaseModel):
    username: Username | None = None
    email: Email | None = None
    currentPassword: TypedPassword


class Deletion(BaseModel):
    currentPassword: TypedPassword


class MeHandler(RefreshCookieHandler, MailingHandler, PasswordCheckHandler):
    @authenticated
    async def get(self):
        self.write(self.current_user.public())

    @authenticated
    async def patch(self):
        form, me = self.form(Change), self.current_user
        await self.check_password(form.currentPassword)
        wanted = form.model_dump(include={"username", "email"}, exclude_none=True)
        new = {field: value for field, value in wanted.items() if value != getattr(me, field)}
        to_confirm = new.pop("email", None) if self.settings["confirm_emails"] else None
        # Both at once: if one of them is taken, neither changes.
        changed = await me.change(self.db, if_same=True, **new) if new else me
        if "username" in new:
            await belongings.renamed(self.db, changed)
        if "email" in new:
            await self.tell_of_new_email(me, changed.email)
        if to_confirm:
            self.later(self.send_confirmation(changed, to_confirm))
        self.write(changed.public())

    @authenticated
    async def delete(self):
        form = self.form(Deletion)
        me = self.current_user
        await self.check_password(form.currentPassword)
        await belongings.deleted(self.db, me.id)
        await codes.forget(self.db, me.id)
        await me.delete(self.db)
        await belongings.deleted(self.db, me.id)  # and what requests that were under way have written since
        # Last, so that a login in between ends as well.
        await self.sessions.end_all(me.id, DELETED)
        if self.has_cookie():
            self.clear_refresh_cookie()
        self.write({"ok": True})
