"""The worked example: one event to one user. The name of the event is ours; a client chooses only whom and what."""

from pydantic import BaseModel, Field

from handlers.base import BaseHandler, authenticated
from models.accounts.user import User
from realtime import io


class Notice(BaseModel):
    to: str
    text: str = Field(min_length=1, max_length=4000)


class NoticesHandler(BaseHandler):
    @authenticated
    async def post(self):
        notice = self.form(Notice)
        user = await User.named(self.db, notice.to)
        await io.send(f"user::{user.id}", "notice", {"from": self.current_user.reference(), "text": notice.text})
        self.write({"ok": True})
