"""`token:renew`: a client that presents a fresh token of its session in time stays connected, in its rooms."""

import asyncio
import logging
import time

import pytest

from engine.errors import Refused, Unavailable
from engine.tests.app import io
from engine.tests.people import ANNA, BOB, Access, Person

SOON = 1


@pytest.fixture
def anna(connect, office):
    """`client = await anna(seconds)` connects with a token that expires in so long."""

    async def anna(seconds: float = SOON, **options):
        return await connect(auth={"token": office.issue(ANNA, seconds)}, **options)

    return anna


@pytest.fixture
def later(io_loop):
    """`await later()` returns when a token of `SOON` seconds, issued before, has expired, and its socket would be gone.

    There is no event for what does not happen.
    """

    async def later():
        await asyncio.sleep(SOON + 0.1)

    return later


def code(answer: dict) -> str:
    """With which code a renewal was refused."""
    assert answer["error"].keys() == {"name", "message", "details"}
    assert answer["error"]["name"] == "UnauthorizedError"
    return answer["error"]["details"]["code"]


async def test_whoever_renews_stays_connected_in_its_rooms(anna, office, later, received):
    client = await anna()
    await io.join("anna", "tea")

    assert await client.call("token:renew", {"token": office.issue(ANNA)}) == {"ok": True, "seconds": 3600}

    await later()
    await io.send("tea", "news", 1)
    assert await received(client, "news") == 1
    assert [name for name, *_ in client.events] == ["token:expiring"]


async def test_a_client_that_polls_can_renew(anna, office, later):
    client = await anna(transports=["polling"])

    assert (await client.call("token:renew", {"token": office.issue(ANNA)}))["ok"]

    await later()
    assert await io.online("anna")


async def test_the_socket_has_the_user_as_the_new_token_finds_it(anna, office, sockets):
    client = await anna()
    renamed = Person("anna")
    token = office.issue(renamed, 100)

    await client.call("token:renew", {"token": token})

    (socket,) = sockets()
    assert socket.user is renamed
    assert socket.expires_at == office.issued[token].expires_at


@pytest.mark.slow
async def test_before_the_new_token_expires_the_socket_is_told_again(anna, office, limits, received):
    limits(expiry_notice_seconds=0.5)
    client = await anna(1)
    await received(client, "token:expiring")

    await client.call("token:renew", {"token": office.issue(ANNA, 1.5)})

    await received(client, "token:expiring")
    assert (await received(client, "closing"))["code"] == "expired"


async def test_a_new_token_with_little_left_is_answered_first(wire, office):
    wire = await wire()
    await wire.join(office.issue(ANNA, 10))
    assert "expiring" in await wire.read()

    await wire.send(f'421["token:renew",{{"token":"{office.issue(ANNA, 20)}"}}]')

    assert await wire.read() == '431[{"ok":true,"seconds":20}]'
    assert await wire.read() == '42["token:expiring",{"seconds":20}]'


async def test_a_token_that_never_expires_renews_for_ever(anna, office):
    client = await anna()
    office.issued["for ever"] = Access(ANNA, "laptop")

    assert await client.call("token:renew", {"token": "for ever"}) == {"ok": True, "seconds": None}


REFUSED = {
    "another user's token": (lambda office: office.issue(BOB), "token_invalid"),
    "another session's token": (lambda office: office.issue(ANNA, session="phone"), "token_invalid"),
    "a token of no session": (lambda office: ANNA.jwt, "token_invalid"),
    "an older token": (lambda office: office.issue(ANNA, 1), "token_invalid"),
    "the present token": (lambda office: next(iter(office.issued)), "token_invalid"),
    "an expired token": (lambda office: office.issue(ANNA, -1), "token_expired"),
    "garbage": (lambda office: "garbage", "token_invalid"),
    "5 KB of garbage": (lambda office: "x" * 5000, "token_invalid"),
    "a number": (lambda office: 7, "token_invalid"),
    "a list": (lambda office: [ANNA.jwt], "token_invalid"),
    "nothing": (lambda office: None, "token_missing"),
    "an empty token": (lambda office: "", "token_missing"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_any_other_token_is_refused_and_changes_nothing(anna, office, sockets, errors, kind):
    client = await anna(100)
    (socket,) = sockets()
    before = socket.user, socket.session_id, socket.expires_at
    token, expected = REFUSED[kind][0](office), REFUSED[kind][1]

    assert code(await client.call("token:renew", {"token": token})) == expected

    assert (socket.user, socket.session_id, socket.expires_at) == before
    assert await io.online("anna")
    assert not await io.online("bob")
    assert not errors()


@pytest.mark.parametrize("payload", [None, "token", 7, ["token"], {}, {"jwt": "anna"}, ("a", "b")])
async def test_a_renewal_without_a_token_is_refused(anna, payload):
    client = await anna(100)

    assert code(await client.call("token:renew", payload)) == "token_missing"


async def test_a_token_that_is_too_long_is_refused_unread(anna):
    asked = []

    async def authenticate(token):
        asked.append(token)

    client = await anna(100)
    io.node.services.accounts.authenticate = authenticate

    assert code(await client.call("token:renew", {"token": "x" * 5000})) == "token_invalid"
    assert asked == []


async def test_whoever_is_refused_is_closed_when_the_old_token_expires(anna, office, received):
    client = await anna()
    await client.call("token:renew", {"token": office.issue(BOB)})

    assert (await received(client, "closing"))["code"] == "expired"


async def test_a_blocked_user_cannot_renew(anna):
    async def blocked(token):
        raise Refused("user_blocked", "Your account has been blocked by an administrator")

    client = await anna(100)
    io.node.services.accounts.authenticate = blocked

    assert code(await client.call("token:renew", {"token": "any"})) == "user_blocked"


async def test_a_refusal_without_an_ack_is_the_event_error(anna, received):
    client = await anna(100)

    await client.emit("token:renew", {"token": "garbage"})

    error = await received(client, "error")
    assert (error["event"], error["name"]) == ("token:renew", "UnauthorizedError")
    assert error["details"] == {"code": "token_invalid"}


async def test_while_the_database_is_away_it_can_be_tried_again(anna, office, errors):
    client = await anna(100)
    office.away = True

    refused = await client.call("token:renew", {"token": office.issue(ANNA)})
    office.away = False

    assert refused["error"]["name"] == "ServiceUnavailableError"
    assert (await client.call("token:renew", {"token": office.issue(ANNA)}))["ok"]


async def test_an_answer_that_takes_too_long_counts_as_away(anna, limits):
    limits(authenticate_seconds=1)
    client = await anna(100)
    io.node.services.accounts.authenticate = lambda token: asyncio.Event().wait()

    refused = await client.call("token:renew", {"token": "any"})

    assert refused["error"]["name"] == "ServiceUnavailableError"


async def cancelled(token):
    other = asyncio.ensure_future(asyncio.Event().wait())
    other.cancel()
    await other


async def raising(token):
    raise LookupError("a bug")


async def nothing(token):
    return None


@pytest.mark.parametrize("wrong", [raising, cancelled, nothing])
async def test_what_goes_wrong_inside_is_logged_once_and_costs_no_socket(anna, errors, wrong):
    client = await anna(100)
    io.node.services.accounts.authenticate = wrong

    answer = await client.call("token:renew", {"token": "secret"})

    assert answer["error"]["name"] == "InternalError"
    assert len(errors()) == 1
    assert "anna" in errors()[0].getMessage()
    assert await io.online("anna")


async def test_no_log_line_has_a_token(anna, office, caplog):
    caplog.set_level(logging.DEBUG)
    client = await anna(100)
    io.node.services.accounts.authenticate, authenticate = raising, io.node.services.accounts.authenticate
    await client.call("token:renew", {"token": "s3cret"})
    io.node.services.accounts.authenticate = authenticate
    await client.call("token:renew", {"token": "s3cret" * 1000})
    await client.call("token:renew", {"token": "s3cret"})

    mine = [record for record in caplog.records if not record.name.startswith(("engineio.client", "socketio.client"))]
    assert mine
    assert not [record for record in mine if "s3cret" in caplog.handler.format(record)]


async def test_a_slow_handler_does_not_hold_up_a_renewal(anna, office):
    release = asyncio.Event()
    io.on("slow")(lambda socket, payload: release.wait())
    client = await anna(100)
    for _ in range(20):
        await client.emit("slow")

    assert (await client.call("token:renew", {"token": office.issue(ANNA)}))["ok"]
    release.set()


async def test_the_hook_does_not_hold_up_a_renewal(anna, office, hook):
    release = asyncio.Event()

    @hook
    async def connection(socket, user):
        await release.wait()

    client = await anna(100)

    assert (await client.call("token:renew", {"token": office.issue(ANNA)}))["ok"]
    release.set()


async def test_a_renewal_holds_up_no_event(anna, office):
    release = asyncio.Event()

    @io.on("echo")
    async def echo(socket, payload):
        return payload

    async def slow(token):
        await release.wait()
        return await office.authenticate(token)

    client = await anna(100)
    io.node.services.accounts.authenticate = slow
    renewal = asyncio.ensure_future(client.call("token:renew", {"token": office.issue(ANNA)}))

    assert await client.call("echo", 1) == 1
    release.set()
    assert (await renewal)["ok"]


async def test_one_renewal_at_a_time(anna, office):
    asked, begun, release = [], asyncio.Event(), asyncio.Event()

    async def slow(token):
        asked.append(token)
        begun.set()
        await release.wait()
        return await office.authenticate(token)

    client = await anna(100)
    io.node.services.accounts.authenticate = slow
    first, others = office.issue(ANNA, 200), [office.issue(ANNA, 300 + more) for more in range(10)]
    renewal = asyncio.ensure_future(client.call("token:renew", {"token": first}))
    await begun.wait()
    answers = [await client.call("token:renew", {"token": other}) for other in others]
    release.set()

    assert {answer["error"]["name"] for answer in answers} == {"RateLimitError"}
    assert (await renewal)["ok"]
    assert asked == [first]
    assert (await client.call("token:renew", {"token": others[0]}))["ok"]


@pytest.mark.slow
async def test_each_namespace_renews_its_own_token(connect, office, later, sockets):
    io.server.on("say", lambda sid: "said", namespace="/chat")
    client = await connect(auth={"token": office.issue(ANNA)}, namespaces=["/", "/chat"])
    for each in (*sockets(), *sockets("/chat")):
        each.expires_at = time.time() + SOON
        each.link.look()

    answer = await client.socket.call("token:renew", {"token": office.issue(ANNA)}, namespace="/chat")

    assert answer["ok"]
    await later()
    assert sockets() == []
    assert len(sockets("/chat")) == 1


async def test_a_client_that_leaves_during_its_renewal_leaves_nothing_behind(anna, until, errors):
    asked = asyncio.Event()

    async def hang(token):
        asked.set()
        await asyncio.Event().wait()

    client = await anna(100)
    io.node.services.accounts.authenticate = hang
    await client.emit("token:renew", {"token": "any"})
    await asked.wait()
    await client.close()

    await until(lambda: not io.server.eio.sockets and not io.node.services.tasks)
    assert not errors()


async def test_whoever_is_thrown_out_during_a_renewal_stays_out(wire, office):
    asked, release = asyncio.Event(), asyncio.Event()

    async def slow(token):
        asked.set()
        await release.wait()
        return await office.authenticate(token)

    wire = await wire()
    await wire.join(office.issue(ANNA, 100))
    io.node.services.accounts.authenticate = slow
    await wire.send(f'421["token:renew",{{"token":"{office.issue(ANNA)}"}}]')
    await asked.wait()
    await io.disconnect("anna")
    release.set()

    assert [packet[:2] for packet in await wire.rest()] == ["42", "41"]
    assert not await io.online("anna")


async def test_a_renewal_is_the_engines_to_handle(connect):
    await connect(ANNA)
    (socket,) = io.node.hub.everybody()

    for on in (io.on, socket.on):
        with pytest.raises(ValueError, match="authenticate"):
            on("token:renew")


async def test_unavailable_at_a_renewal_has_the_next_handshake_wait_for_the_database(anna, database, base_url, call):
    async def away(token):
        raise Unavailable("no database")

    client = await anna(100)
    io.node.services.accounts.authenticate, database.up = away, False
    await client.call("token:renew", {"token": "any"})

    assert (await call("GET", "/socket.io/?EIO=4&transport=polling")).status == 503
    assert await io.online("anna")
