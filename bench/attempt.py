"""One scenario on one peer: what it is given, and what it has measured so far."""

from dataclasses import dataclass, field
from pathlib import Path

from bench.competitors import Peer
from bench.plan import Plan
from bench.server import Server
from bench.users import Users


@dataclass
class Attempt:
    """`folder` has the servers' logs; a failure leaves in `values` what was measured before it."""

    peer: Peer
    users: Users
    plan: Plan
    folder: Path
    values: dict[str, float] = field(default_factory=dict)

    def __post_init__(self):
        self.identities = self.users.identities()

    def server(self, name: str, environment: dict[str, str]) -> Server:
        """One of the peer's, with its users."""
        environment = {**self.users.environment, **environment}
        return Server(list(self.peer.command), environment, self.folder / f"{name}.log")
