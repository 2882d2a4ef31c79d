"""Whoever changes what matters says their password once more."""

from handlers.base import BaseHandler


class PasswordCheckHandler(BaseHandler):
    """Inherit from this to ask for the password of who is logged in."""

    async def check_password(self, password: str) -> None:
        """Raises WrongPassword unless it is that of the one who is logged in, and ApiError 429 after too many tries."""
        await self.limits.spend("password checks", self.current_user.id)
        await self.current_user.check_password(self.db, password)
