"""What the engine asks of the app around it about a request: the client's address and origin, and the database."""

import asyncio

from tornado.httputil import HTTPServerRequest

from engine.accounts import Accounts
from engine.http.client_address import Proxies
from engine.http.origins import Origins
from engine.loop.single_flight import SingleFlight

AVAILABLE_SECONDS = 2.0


class Gateway:
    """`accounts` are asked whether handshakes can be served again, `proxies` for a client's address.

    Pages of some `origins` may connect.
    """

    def __init__(self, accounts: Accounts, proxies: Proxies, origins: Origins):
        self.accounts, self.proxies, self.origins = accounts, proxies, origins
        self.asking = SingleFlight(self.ask)

    def address(self, request: HTTPServerRequest) -> str:
        """The client's address."""
        return self.proxies.address(request)

    async def is_back(self) -> bool:
        """Whether handshakes can be served again; one question serves all who ask meanwhile."""
        return await self.asking.ask()

    async def ask(self) -> bool:
        """Ask the app, not for long."""
        try:
            async with asyncio.timeout(AVAILABLE_SECONDS):
                return bool(await self.accounts.available())
        except Exception:
            return False
