"""The figures: their names, units, scenarios, and what is asked of them."""

from dataclasses import dataclass

from bench.plan import Plan

MICROSECONDS, BYTES, KILOBYTES, SECONDS, MILLISECONDS, TIMES = "µs", "B", "KB", "s", "ms", "x"


@dataclass(frozen=True)
class Goal:
    """`peer`'s figure divided by ours is at least `ratio`; or, without a peer, ours is at most `limit`."""

    peer: str = ""
    ratio: float = 0
    limit: float | None = None


@dataclass(frozen=True)
class Figure:
    """One line of the table. Less is better in all of them."""

    key: str
    title: str
    unit: str
    scenario: str
    goals: tuple[Goal, ...] = ()


FAN_OUT = (Goal("node", 1.6), Goal("floor", 1 / 1.25), Goal("stock_tornado", 8), Goal("stock_asgi", 8))


def figures(plan: Plan) -> list[Figure]:
    """All figures, in the order of the table."""
    stock = (Goal("stock_tornado", 8), Goal("stock_asgi", 8))
    sizes = [(audience, size) for audience in (*plan.audiences, plan.growth) for size in plan.sizes]
    fan_out = [
        Figure(
            f"fan-out-{audience}-{size}",
            f"one event to {audience:,} sockets, {'64 B' if size == 64 else '1 KiB'}",
            MICROSECONDS,
            "audiences",
            FAN_OUT if audience in plan.audiences else (),
        )
        for audience, size in sizes
    ]
    return [
        *fan_out,
        Figure(
            "burst",
            f"{plan.burst} events at once to {plan.burst_audience:,} sockets",
            MICROSECONDS,
            "audiences",
            (Goal("node", 16),),
        ),
        Figure("direct", "one event in, one user's room out", MICROSECONDS, "calls", (Goal("node", 1.5),)),
        Figure("ack", "event with ack", MICROSECONDS, "calls", (Goal("node", 1.5), *stock)),
        *(
            Figure(f"ack-{key}", f"… {title}", MICROSECONDS, "other-calls", (Goal("node", 1),))
            for key, title in (
                ("crowd", f"of {plan.crowd:,} callers"),
                ("alone", "of one caller, one at a time"),
                ("form", "with a form"),
                ("large", "with 1 KiB"),
                ("waiting", "whose handler waits 10 ms"),
            )
        ),
        Figure("connect", "connect, log in, be greeted", MICROSECONDS, "calls", (Goal("node", 1),)),
        Figure("memory", "memory of an idle connection", KILOBYTES, "idle", (Goal("node", 1), Goal(limit=16))),
        Figure(
            "memory-browser",
            "memory of a browser's idle connection",
            KILOBYTES,
            "browsers",
            (Goal("node", 1), Goal(limit=16)),
        ),
        Figure("drop", f"{plan.dropped:,} sockets dropping at once", SECONDS, "idle", (Goal("node", 1),)),
        Figure("drop-held", "… the loop held for at most", MILLISECONDS, "idle", (Goal(limit=50),)),
        *(
            Figure(f"{what}-{label}", f"{title}, {count:,} rooms", MICROSECONDS, "rooms")
            for what, title in (("join", "join"), ("leave", "leave"), ("disconnect", "disconnect"))
            for label, count in (("few", plan.few_rooms), ("many", plan.many_rooms))
        ),
        Figure("acks-quiet", "acks at p99, nobody logging in", MILLISECONDS, "logins"),
        Figure("acks-logins", f"… while {plan.logins_a_second} users a second log in", MILLISECONDS, "logins"),
        Figure("acks-slower", "… as many times as long", TIMES, "logins", (Goal(limit=3),)),
        Figure("acks-flood", f"… while {plan.flood_a_second} a second try to", MILLISECONDS, "logins"),
        Figure("refusal", "… how soon too many are told so, at p99", MILLISECONDS, "logins"),
        *across("lone", "one event to a socket of another node", (Goal("node_sharded", 1),)),
        Figure("across-p50", "… from the order to the socket, p50", MILLISECONDS, "nodes"),
        Figure("across-p99", "… p99", MILLISECONDS, "nodes"),
        *across("crowded", f"{plan.burst} events a turn to a socket of another node", (Goal("node_sharded", 2),)),
    ]


def across(label: str, title: str, goals: tuple[Goal, ...]) -> list[Figure]:
    """What an event costs that is sent on one node for a member on another."""
    parts = {
        "sender": "at the node that sends",
        "receiver": "at the one with the member",
        "bystander": "at one without",
        "redis": "in Redis",
    }
    return [
        Figure(f"{label}-both", title, MICROSECONDS, "nodes", goals),
        *(Figure(f"{label}-{part}", f"… {where}", MICROSECONDS, "nodes") for part, where in parts.items()),
        Figure(f"{label}-bytes", "… published to the one without", BYTES, "nodes", (Goal(limit=0),)),
    ]
