"""Sessions: fresh tokens, logging out, and where one is signed in."""

from typing import Literal

from pydantic import BaseModel

from handlers.accounts.refresh_cookie import RefreshCookieHandler
from handlers.accounts.session_tokens import SessionTokensHandler
from handlers.base import authenticated
from models.accounts.errors import Unauthenticated
from models.errors import NotFound

LOGGED_OUT = "You logged out."
LOGGED_OUT_EVERYWHERE = "You logged out everywhere."
ENDED_ELSEWHERE = "This session was ended from another device."


class Refresh(BaseModel):
    refreshToken: str | None = None


class Logout(BaseModel):
    scope: Literal["all"] | None = None


class RefreshHandler(SessionTokensHandler):
    async def post(self):
        self.check_database()
        given = self.form(Refresh).refreshToken if self.body else None
        kept = None if given else self.refresh_cookie()
        token = given or kept or ""
        await self.limits.spend("refresh by address", self.network)
        try:
            await self.limits.spend("refresh by session", self.sessions.session_id(token))
            pair = await self.sessions.refresh(token, self.client_address)
        except Unauthenticated:
            if kept:
                self.clear_refresh_cookie()
            raise
        self.answer(pair, in_cookie=kept is not None)


class LogoutHandler(RefreshCookieHandler):
    @authenticated
    async def post(self):
        if self.body and self.form(Logout).scope == "all":
            await self.sessions.end_all(self.current_user.id, LOGGED_OUT_EVERYWHERE)
        else:
            await self.sessions.end(self.current_user.id, self.session_id, LOGGED_OUT)
        if self.has_cookie():
            self.clear_refresh_cookie()
        self.write({"ok": True})


class SessionsHandler(RefreshCookieHandler):
    @authenticated
    async def get(self):
        mine = await self.sessions.of(self.current_user.id)
        self.write([{**session.public(), "current": session.id == self.session_id} for session in mine])


class SessionHandler(RefreshCookieHandler):
    @authenticated
    async def delete(self, session_id):
        this = session_id == self.session_id
        if not await self.sessions.end(self.current_user.id, session_id, LOGGED_OUT if this else ENDED_ELSEWHERE):
            raise NotFound("You have no such session")
        if this and self.has_cookie():
            self.clear_refresh_cookie()
        self.write({"ok": True})
