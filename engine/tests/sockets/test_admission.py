"""Guarantee 1 and the handshake: who is let in, and that nobody else hears anything."""

import asyncio
import json
from itertools import pairwise
from types import SimpleNamespace
from urllib.parse import quote
from uuid import UUID

import pytest

from engine.errors import Refused, Unavailable
from engine.limits import Limits
from engine.loop.wheel import TICK_SECONDS
from engine.tests import people
from engine.tests.app import io
from engine.tests.people import ANNA, BOB, Access
from engine.tests.transport.raw import Polling

PLACES = ["auth token", "auth jwt", "query jwt", "query token", "header"]


@pytest.fixture
def authenticate():
    """`@authenticate` makes a function tell whose a token is."""

    def authenticate(function):
        io.node.services.accounts.authenticate = function
        return function

    return authenticate


@pytest.fixture
def present(wire):
    """`wire, answer = await present({"query jwt": "anna"})` connects with tokens in those places."""

    async def present(tokens: dict):
        query = "".join(f"&{name[6:]}={quote(token)}" for name, token in tokens.items() if name.startswith("query"))
        headers = {"Authorization": f"Bearer {tokens['header']}"} if "header" in tokens else {}
        opened = await wire(query, headers)
        auth = {name[5:]: token for name, token in tokens.items() if name.startswith("auth")}
        return opened, await opened.join(auth=auth or None)

    return present


def refusal(packet: str) -> dict:
    """What a CONNECT_ERROR of the default namespace says."""
    assert packet.startswith("44{")
    error = json.loads(packet[2:])
    assert error.keys() == {"message", "data"}
    assert error["message"]
    return error["data"]


@pytest.mark.parametrize("place", PLACES)
async def test_a_token_may_stand_in_any_of_the_places(present, place):
    _, answer = await present({place: "anna"})

    assert answer.startswith('40{"sid"')
    assert await io.online("anna")


@pytest.mark.parametrize(("first", "second"), list(pairwise(PLACES)))
async def test_the_first_of_the_places_counts(present, first, second):
    await present({second: "bob", first: "anna"})

    assert await io.online("anna")
    assert not await io.online("bob")


@pytest.mark.parametrize(("first", "second"), list(pairwise(PLACES)))
async def test_an_empty_place_does_not_count(present, first, second):
    await present({first: "", second: "anna"})

    assert await io.online("anna")


@pytest.mark.parametrize("auth", [None, {}, {"token": None}, {"token": ""}, {"user": "anna"}])
async def test_no_token_is_refused_as_missing(wire, auth):
    assert refusal(await (await wire()).join(auth=auth)) == {"code": "token_missing"}


@pytest.mark.parametrize("token", ["nobody", 1, True, ["anna"], {"token": "anna"}, "a" * 5000])
async def test_a_token_that_is_none_is_refused_as_invalid(wire, token):
    assert refusal(await (await wire()).join(token=token)) == {"code": "token_invalid"}


async def test_a_bearer_of_something_else_is_no_token(wire):
    wire = await wire("", {"Authorization": "Basic anna"})

    assert refusal(await wire.join()) == {"code": "token_missing"}


@pytest.mark.parametrize("code", ["token_expired", "user_unknown", "user_blocked"])
async def test_a_refusal_carries_the_code_and_the_words_of_the_app(wire, authenticate, errors, code):
    @authenticate
    async def refuse(token):
        raise Refused(code, "No.")

    packet = await (await wire()).join("anna")

    assert json.loads(packet[2:]) == {"message": "No.", "data": {"code": code}}
    assert not errors()


async def test_a_refused_client_hears_nothing(wire):
    wire = await wire()
    refusal(await wire.join("nobody"))

    await io.broadcast("news")
    await io.join("nobody", "tea")
    await io.send(["tea", "user::nobody", "user::None"], "news")

    assert await wire.rest() == []


async def test_a_refused_client_that_polls_hears_nothing(http_server, http_port):
    client = await Polling.open(http_port)
    await io.broadcast("early")
    await client.post('40{"token":"nobody"}')
    refusal(await client.packet())

    await io.broadcast("news")

    assert await client.packet() == "1"


async def test_a_refused_client_runs_no_handler_and_no_hook(wire, hook):
    ran = []

    @hook
    async def connection(socket, user):
        ran.append("hook")

    @io.on("step")
    async def step(socket, payload):
        ran.append("event")

    @io.on("disconnect")
    async def disconnect(socket, reason):
        ran.append("disconnect")

    wire = await wire()
    refusal(await wire.join("nobody"))
    await wire.send('42["step"]')

    assert await wire.rest() == []
    assert ran == []


async def test_a_client_that_is_not_yet_accepted_hears_nothing(wire, authenticate):
    asked, answer = asyncio.Event(), asyncio.Event()

    @authenticate
    async def authenticate(token):
        asked.set()
        await answer.wait()
        return Access(ANNA)

    wire = await wire()
    joining = asyncio.ensure_future(wire.join("anna"))
    await asked.wait()
    await io.broadcast("early")
    await io.send("user::anna", "early")
    await io.server.emit("early")
    assert not await io.online("anna")
    answer.set()

    assert (await joining).startswith("40")
    await io.broadcast("late")
    assert await wire.read() == '42["late"]'


async def test_a_client_that_has_not_asked_yet_hears_nothing(wire):
    wire = await wire()

    await io.broadcast("early")

    assert (await wire.join("anna")).startswith("40")


async def test_an_event_before_connect_runs_no_handler_and_closes(wire):
    ran = []

    @io.on("step")
    async def step(socket, payload):
        ran.append(payload)

    wire = await wire("&jwt=anna")
    await wire.send('42["step"]')

    assert await wire.rest() == []
    assert ran == []


async def nobody(token):
    return Access(None)


async def nothing(token):
    return None


async def without_an_id(token):
    return Access(SimpleNamespace(name="anna"))


async def with_no_id(token):
    return Access(SimpleNamespace(id=None))


async def raising(token):
    raise LookupError("a secret of the server")


async def cancelled(token):
    other = asyncio.ensure_future(asyncio.Event().wait())
    other.cancel()
    await other


@pytest.mark.parametrize("answer", [nobody, nothing, without_an_id, with_no_id, raising, cancelled])
async def test_a_handshake_that_goes_wrong_is_refused(wire, authenticate, errors, answer):
    authenticate(answer)
    wire = await wire()

    packet = await wire.join("anna")
    await io.broadcast("news")

    assert refusal(packet) == {"code": "internal_error"}
    assert "secret" not in packet
    assert await wire.rest() == []
    assert io.node.hub.sockets == {}
    assert len(errors()) == 1


async def test_a_refused_transport_is_closed_within_a_second(wire, limits):
    limits(refused_seconds=Limits().refused_seconds)
    wire = await wire()
    refusal(await wire.join("nobody"))

    assert await wire.rest() == []

    assert Limits().refused_seconds + 2 * TICK_SECONDS < 1
    assert not io.server.eio.sockets


async def test_a_refused_client_may_try_again_at_once(wire):
    wire = await wire()
    refusal(await wire.join("nobody"))

    assert (await wire.join("anna")).startswith("40")

    await asyncio.sleep(0.25)
    assert await io.online("anna")


async def test_a_transport_without_connect_is_closed(wire, limits, until):
    limits(connect_seconds=0.1)
    wire = await wire("&jwt=anna")

    assert await wire.rest() == []

    assert not io.server.eio.sockets


async def test_a_handshake_that_hangs_is_closed(wire, authenticate, limits):
    limits(connect_seconds=0.1)
    authenticate(lambda token: asyncio.Event().wait())
    wire = await wire()

    assert await wire.join("anna") is None


async def test_a_client_that_leaves_during_its_handshake_leaves_nothing_behind(wire, authenticate, until, errors):
    asked = asyncio.Event()

    @authenticate
    async def hang(token):
        asked.set()
        await asyncio.Event().wait()

    wire = await wire()
    await wire.send('40{"token":"anna"}')
    await asked.wait()
    wire.close()

    await until(lambda: not io.server.eio.sockets and not io.node.services.tasks)
    assert not io.node.hub.held
    assert not errors()


async def test_who_is_thrown_out_during_the_handshake_has_to_ask_again(wire, authenticate, hook):
    asked, answer = asyncio.Event(), asyncio.Event()
    hooks = []

    @hook
    async def connection(socket, user):
        hooks.append(user)

    @authenticate
    async def read_before(token):
        asked.set()
        await answer.wait()
        return Access(ANNA)

    first = await wire()
    joining = asyncio.ensure_future(first.join("anna"))
    await asked.wait()
    await io.disconnect("anna", "Your password has changed.")
    answer.set()

    assert await joining is None
    assert not await io.online("anna")
    assert hooks == []
    assert (await (await wire()).join("anna")).startswith("40")


async def test_that_others_are_thrown_out_changes_no_handshake(wire, authenticate):
    asked, answer = asyncio.Event(), asyncio.Event()

    @authenticate
    async def read_before(token):
        asked.set()
        await answer.wait()
        return Access(ANNA)

    wire = await wire()
    joining = asyncio.ensure_future(wire.join("anna"))
    await asked.wait()
    await io.disconnect("bob")
    answer.set()

    assert (await joining).startswith("40")


@pytest.mark.parametrize("user_id", [7, UUID(int=7)], ids=["int", "UUID"])
async def test_the_id_of_a_user_may_be_an_int_or_a_uuid(wire, authenticate, user_id):
    @authenticate
    async def find(token):
        return Access(SimpleNamespace(id=user_id))

    wire = await wire()
    await wire.join("token")
    await io.join(user_id, "tea")
    await io.send([io.user_room(user_id), "tea"], "news")

    assert await wire.read() == '42["news"]'
    assert await io.online(user_id)
    assert await io.online(str(user_id))
    assert [member.user_id for member in await io.members("tea")] == [str(user_id)]


async def test_a_second_connect_to_the_same_namespace_breaks_the_protocol(wire):
    wire = await wire()
    await wire.join("anna")

    assert await wire.join("anna") is None


async def test_one_transport_has_one_user(wire):
    io.server.on("news", lambda *_: None, namespace="/chat")
    wire = await wire()
    await wire.join("anna")

    packet = await wire.join("bob", "/chat")

    assert packet.startswith("44/chat,")
    assert json.loads(packet[8:])["data"] == {"code": "token_invalid"}
    assert await io.online("anna")


async def test_one_transport_has_one_user_though_two_ask_at_once(wire):
    both = asyncio.Barrier(2)

    @io.server.on("connect", namespace="*")
    async def connect(namespace, sid, environ, auth):
        await both.wait()

    wire = await wire()
    await wire.send('40{"token":"anna"}')
    await wire.send('40/chat,{"token":"bob"}')

    assert sorted([(await wire.read())[:4], (await wire.read())[:4]]) in (['40{"', "44/c"], ["40/c", '44{"'])


async def test_a_namespace_that_is_refused_does_not_cut_the_handshake_of_another_short(wire, authenticate):

    @authenticate
    async def slow(token):
        await asyncio.sleep(0.3)
        return await people.authenticate(token)

    wire = await wire()
    await wire.send('40{"token":"anna"}')

    assert await wire.join("anna", "/nowhere") == '44/nowhere,{"message":"Invalid namespace"}'
    assert (await wire.read()).startswith("40{")


async def test_connects_that_are_refused_again_and_again_close_the_transport(wire, limits):
    limits(refused_seconds=5)
    wire = await wire()

    for _ in range(2):
        assert (await wire.join("anna", "/nowhere")).startswith("44/nowhere")
    assert (await wire.join("anna", "/nowhere")).startswith("44/nowhere")
    assert await wire.read() is None


async def test_with_the_database_away_only_the_transport_closes(wire, authenticate, errors):
    @authenticate
    async def away(token):
        raise Unavailable("no database")

    wire = await wire()

    assert await wire.join("anna") is None
    assert not errors()


async def test_an_answer_that_takes_too_long_counts_as_away(
    wire, authenticate, limits, database, http_client, base_url
):
    limits(authenticate_seconds=0.05)
    authenticate(lambda token: asyncio.Event().wait())
    database.up = False
    wire = await wire()

    assert await wire.join("anna") is None

    assert (await handshake(http_client, base_url)).code == 503


async def handshake(http_client, base_url):
    return await http_client.fetch(f"{base_url}/socket.io/?EIO=4&transport=polling", raise_error=False)


async def test_with_the_database_away_handshakes_get_503_until_it_is_back(
    wire, connect, authenticate, database, http_client, base_url
):
    @authenticate
    async def depends(token):
        if not database.up:
            raise Unavailable("no database")
        return Access(BOB)

    assert (await handshake(http_client, base_url)).code == 200
    database.up = False
    await (await wire()).join("anna")

    answer = await handshake(http_client, base_url)
    assert answer.code == 503
    assert int(answer.headers["Retry-After"]) > 0
    with pytest.raises(Exception, match="503"):
        await wire()

    database.up = True
    assert (await handshake(http_client, base_url)).code == 200
    await connect(BOB)
    assert await io.online("bob")


async def test_the_database_is_asked_after_only_while_it_is_away(wire, authenticate, database, http_client, base_url):
    @authenticate
    async def away(token):
        raise Unavailable("no database")

    await handshake(http_client, base_url)
    assert database.asked == 0
    await (await wire()).join("anna")

    for _ in range(3):
        await handshake(http_client, base_url)
    assert database.asked == 1


async def test_those_who_are_connected_stay_while_the_database_is_away(connect, wire, authenticate, received, database):
    anna = await connect(ANNA)

    @authenticate
    async def away(token):
        raise Unavailable("no database")

    database.up = False
    await (await wire()).join("bob")
    await io.send("user::anna", "news", 1)

    assert await received(anna, "news") == 1


async def test_a_transport_that_is_only_ever_refused_is_closed_before_it_can_ask_often(wire, limits):
    limits(refused_seconds=60)
    client = await wire()
    for _ in range(io.node.services.limits.refusals):
        answer = await client.join("nobody's")
    assert answer.startswith("44")
    assert await client.rest() == []
