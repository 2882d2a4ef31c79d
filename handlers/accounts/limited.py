"""How often something may be tried, for handlers that many try."""

from engine.http.rate_limits import RateLimits, by_address
from handlers.base import BaseHandler


class LimitedHandler(BaseHandler):
    """Inherit from this to count tries; handlers/accounts/limits.py says how many there may be of which."""

    @property
    def limits(self) -> RateLimits:
        """`await self.limits.spend("register by address", self.network)` raises ApiError 429 after too many."""
        return self.settings["limits"]

    @property
    def network(self) -> str:
        """Where the request comes from, as limits count it."""
        return by_address(self.client_address)

    async def check_password(self, password: str) -> None:
        """Raises WrongPassword unless it is that of the one who is logged in, and ApiError 429 after too many tries."""
        await self.limits.spend("password checks", self.current_user.id)
        await self.current_user.check_password(self.db, password)
