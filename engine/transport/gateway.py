"""What the engine asks of the app around it about a request: the client's address and scheme, and the database."""

import asyncio

from engine.loop.single_flight import SingleFlight

AVAILABLE_SECONDS = 2.0


class Gateway:
    """`accounts` are asked whether handshakes can be served again, `proxies` for a client's address and scheme.

    Pages of these `origins` may connect.
    """

    def __init__(self, accounts, proxies=None, origins=()):
        self.accounts, self.proxies = accounts, proxies
        self.origins = list(origins)
        self.asking = SingleFlight(self.ask)

    def address(self, request) -> str:
        """The client's address."""
        return self.proxies.address(request) if self.proxies else request.remote_ip

    def scheme(self, request) -> str | None:
        """The scheme the client used, where a trusted proxy tells it."""
        return self.proxies.scheme(request) if self.proxies else None

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
