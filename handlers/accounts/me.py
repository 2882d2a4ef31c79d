"""My account: look at it, change it, delete it."""

from typing import Annotated

from pydantic import BaseModel, Field

from handlers.accounts.confirmation import send_confirmation
from handlers.accounts.signed_in import SignedInHandler
from handlers.base import authenticated
from models import belongings, codes, session
from models.fields import LONGEST_PASSWORD, Email, Username
from models.user import User

DELETED = "The account was deleted."
Known = Annotated[str, Field(min_length=1, max_length=LONGEST_PASSWORD)]


class Change(BaseModel):
    username: Username | None = None
    email: Email | None = None
    currentPassword: Known


class Deletion(BaseModel):
    currentPassword: Known


class MeHandler(SignedInHandler):
    @authenticated
    async def get(self):
        self.write(self.current_user.public())

    @authenticated
    async def patch(self):
        form = self.form(Change)
        await self.check_password(form.currentPassword)
        me = self.current_user
        if form.username and form.username != me.username:
            me = await me.change(self.db, username=form.username)
            await belongings.renamed(self.db, me)
        if form.email and form.email != me.email:
            me = await self.change_email(me, form.email)
        self.write(me.public())

    async def change_email(self, user: User, email: str) -> User:
        """Changes the address at once, or where it has to be confirmed once it is. Raises EmailOrUsernameTaken."""
        if self.settings["confirm_emails"]:
            self.application.later(send_confirmation(self, user, email))
            return user
        changed = await user.change(self.db, email=email)
        await self.tell_of_new_email(user, email)
        return changed

    @authenticated
    async def delete(self):
        form = self.form(Deletion)
        me = self.current_user
        await self.check_password(form.currentPassword)
        await belongings.deleted(self.db, me.id)
        await codes.forget(self.db, me.id)
        await me.delete(self.db)
        # Last, so that a login in between ends as well.
        await self.sessions.end_all(me.id, DELETED)
        await session.forget_places(self.db, me.id)
        self.clear_refresh_cookie()
        self.write({"ok": True})
