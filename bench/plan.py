"""How much is measured: the whole benchmark, or a smoke run of about a minute."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Plan:
    """Numbers of clients and messages."""

    rounds: int = 5
    warm: int = 100
    warm_seconds: float = 1.0
    callers: int = 100
    calls: int = 200
    crowd: int = 1000
    connects: int = 1000
    audiences: tuple[int, ...] = (100, 1000, 5000)
    growth: int = 10_000
    deliveries: int = 40_000
    sizes: tuple[int, ...] = (64, 1024)
    burst: int = 20
    burst_audience: int = 1000
    idle: int = 5000
    dropped: int = 8000
    movers: int = 500
    few_rooms: int = 10
    many_rooms: int = 100_000
    rooms_a_socket: int = 80
    orders: int = 5000
    online: int = 200
    acks_a_second: int = 1000
    logins_a_second: int = 20
    flood_a_second: int = 200
    login_seconds: float = 8.0

    @property
    def users(self) -> int:
        """How many different users the largest scenario logs in, with room to spare."""
        return (
            max(self.growth, self.dropped + self.warm, self.many_rooms // self.rooms_a_socket) + 2 * self.movers + 200
        )

    def for_slow(self) -> "Plan":
        """The same for a server that takes ten times as long: a quarter of the messages."""
        return replace(self, deliveries=self.deliveries // 4, calls=self.calls // 4)


QUICK = Plan(
    rounds=1,
    warm_seconds=0.5,
    callers=50,
    calls=40,
    crowd=200,
    connects=200,
    audiences=(100, 1000),
    growth=2000,
    deliveries=8000,
    idle=500,
    dropped=1000,
    movers=100,
    many_rooms=4000,
    orders=1000,
    online=50,
    login_seconds=2.0,
)
