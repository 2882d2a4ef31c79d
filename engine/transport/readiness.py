"""Whether new links are taken."""

import asyncio

from engine.accounts import Accounts
from engine.loop.single_flight import SingleFlight
from engine.transport.state import State

AVAILABLE_SECONDS = 2.0


class Serving(State):
    """Whether handshakes can be served."""

    READY = "AWAY", "DRAINING"
    AWAY = "READY", "DRAINING"
    """When last asked, accounts could not tell whose a token is."""
    DRAINING = ()
    """The server ends."""


READY, AWAY, DRAINING = Serving


class Readiness:
    """Knows it without asking, as long as all is well; `accounts` are asked only after they could not answer."""

    def __init__(self, accounts: Accounts):
        self.accounts, self.state = accounts, READY
        self.asking = SingleFlight(self.ask)

    def become(self, state: Serving) -> None:
        """Go on to another state; in a drain there is none."""
        if state is not self.state and self.state is not DRAINING:
            self.state = self.state.to(state)

    def lost(self) -> None:
        """Accounts could not tell whose a token is."""
        self.become(AWAY)

    def drain(self) -> None:
        """Take no new link from now on."""
        self.become(DRAINING)

    @property
    def draining(self) -> bool:
        """Whether the server ends."""
        return self.state is DRAINING

    async def check(self) -> bool:
        """Whether a handshake can be served now; one question to accounts serves all who ask meanwhile."""
        if self.state is AWAY and await self.asking.ask():
            self.become(READY)
        return self.state is READY

    async def ask(self) -> bool:
        """Ask the app, not for long."""
        try:
            async with asyncio.timeout(AVAILABLE_SECONDS):
                return await self.accounts.available()
        except Exception:
            return False
