"""Guarantee 5: what goes wrong in an event handler is logged once, told to the client, and costs nobody the socket."""

import asyncio
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, TypeAdapter

from engine.errors import EventError
from engine.tests.app import io
from engine.tests.people import ANNA

INTERNAL = {"error": {"name": "InternalError", "message": "Something went wrong on the server."}}


class Cup(BaseModel):
    size: int = Field(ge=1, le=3)
    owner: UUID | None = None


@pytest.fixture(autouse=True)
def handlers():
    """What goes wrong, event by event."""

    @io.on("breaks")
    async def breaks(socket, payload):
        raise LookupError("a secret of the server")

    @io.on("refuses")
    async def refuses(socket, payload):
        raise EventError("ForbiddenError", "Not yours", {"room": "tea"})

    @io.on("refuses shortly")
    async def refuses_shortly(socket, payload):
        raise EventError("ForbiddenError", "Not yours")

    @io.on("refuses by an object")
    async def refuses_by_an_object(socket, payload):
        raise EventError("ForbiddenError", "Not yours", {"room": object()})

    @io.on("answers an object")
    async def answers_an_object(socket, payload):
        return object()

    @io.on("answers NaN")
    async def answers_nan(socket, payload):
        return {"temperature": float("nan")}

    @io.on("awaits what was cancelled")
    async def awaits_what_was_cancelled(socket, payload):
        other = asyncio.ensure_future(asyncio.Event().wait())
        other.cancel()
        await other

    @io.on("checks something itself")
    async def checks_something_itself(socket, payload):
        TypeAdapter(int).validate_python("a secret of the server")

    @io.on("pour", form=Cup)
    async def pour(socket, cup):
        poured.append(cup)
        return cup

    @io.on("count", form=int)
    async def count(socket, number):
        return number + 1

    poured.clear()


poured = []
RAISING = ["breaks", "refuses by an object", "awaits what was cancelled", "checks something itself"]
BREAKING = [*RAISING, "answers an object", "answers NaN"]


@pytest.mark.parametrize("event", BREAKING)
async def test_the_ack_is_an_internal_error_that_tells_nothing(connect, event):
    anna = await connect(ANNA)

    assert await anna.call(event) == INTERNAL


@pytest.mark.parametrize("event", BREAKING)
async def test_it_is_logged_once_with_its_event_and_user(connect, errors, event):
    anna = await connect(ANNA)

    await anna.call(event)
    await anna.settled()

    (record,) = errors()
    assert event in record.getMessage()
    assert "anna" in record.getMessage()
    assert record.exc_info


@pytest.mark.parametrize("event", BREAKING)
async def test_the_socket_lives_on(connect, event):
    anna = await connect(ANNA)

    await anna.call(event)

    assert await anna.call("count", 1) == 2
    assert await io.online("anna")


@pytest.mark.parametrize("event", RAISING)
async def test_without_an_ack_the_client_gets_the_event_error(connect, received, errors, event):
    anna = await connect(ANNA)

    await anna.emit(event)

    assert await received(anna, "error") == {"event": event} | INTERNAL["error"]
    assert len(errors()) == 1


async def test_an_event_error_is_what_the_client_should_know(connect, errors):
    anna = await connect(ANNA)

    refused = {"name": "ForbiddenError", "message": "Not yours"}
    assert await anna.call("refuses shortly") == {"error": refused}
    assert await anna.call("refuses") == {"error": refused | {"details": {"room": "tea"}}}
    assert not errors()


async def test_an_event_error_without_an_ack_is_the_event_error(connect, received, errors):
    anna = await connect(ANNA)

    await anna.emit("refuses shortly")

    assert await received(anna, "error") == {
        "event": "refuses shortly",
        "name": "ForbiddenError",
        "message": "Not yours",
    }
    assert not errors()


async def test_a_form_that_fits_is_what_the_handler_gets(connect):
    anna = await connect(ANNA)
    owner = UUID(int=7)

    assert await anna.call("pour", {"size": 2, "owner": str(owner)}) == {"size": 2, "owner": str(owner)}

    assert poured == [Cup(size=2, owner=owner)]


@pytest.mark.parametrize(
    ("payload", "paths"),
    [
        ({"size": 4}, [["size"]]),
        ({"size": "secret", "owner": 1}, [["size"], ["owner"]]),
        ({}, [["size"]]),
        (None, [[]]),
        ([{"size": 1}], [[]]),
        ("secret", [[]]),
    ],
)
async def test_a_form_that_does_not_fit_names_the_fields(connect, errors, payload, paths):
    anna = await connect(ANNA)

    error = (await anna.call("pour", payload))["error"]

    assert error["name"] == "ValidationError"
    assert error["message"]
    assert [field["path"] for field in error["details"]["errors"]] == paths
    assert {frozenset(field) for field in error["details"]["errors"]} == {frozenset({"path", "message", "name"})}
    assert "secret" not in str(error)
    assert poured == []
    assert not errors()


async def test_the_answer_to_thousands_of_wrong_fields_is_short(connect):
    @io.on("numbers", form=list[int])
    async def numbers(socket, payload):
        pass

    anna = await connect(ANNA)

    error = (await anna.call("numbers", ["x"] * 5000))["error"]

    assert len(error["details"]["errors"]) == 20


async def test_several_arguments_are_a_form_of_a_list(connect):
    anna = await connect(ANNA)

    error = (await anna.call("count", (1, 2)))["error"]

    assert error["name"] == "ValidationError"


async def test_an_unknown_event_says_so(connect, errors):
    anna = await connect(ANNA)

    error = (await anna.call("no such event"))["error"]

    assert error["name"] == "UnknownEvent"
    assert "no such event" in error["message"]
    assert not errors()


async def test_an_unknown_event_without_an_ack_is_the_event_error(connect, received):
    anna = await connect(ANNA)

    await anna.emit("no such event")

    error = await received(anna, "error")
    assert (error["event"], error["name"]) == ("no such event", "UnknownEvent")


async def test_nobody_is_told_of_the_errors_of_others(connect):
    first, second = await connect(ANNA), await connect(ANNA)

    await first.emit("breaks")
    await first.settled()

    assert "error" not in await second.settled()


@pytest.mark.parametrize("event", ["connect", "connect_error", "disconnecting", "newListener", "removeListener"])
async def test_events_of_socket_io_itself_cannot_have_a_handler(connect, event):
    anna = await connect(ANNA)

    for on in (io.on, io.node.hub.socket(anna.id, "/").on):
        with pytest.raises(ValueError, match=event):
            on(event)


async def test_a_decorator_without_the_name_of_its_event_says_so():
    with pytest.raises(TypeError, match="name"):

        @io.on
        async def step(socket, payload):
            pass


@pytest.mark.parametrize("event", ["connect", "disconnect", "disconnecting", "connect_error", "newListener"])
async def test_a_client_that_emits_them_runs_no_handler_and_is_closed(wire, event):
    ran = []

    @io.on("disconnect")
    async def disconnect(socket, reason):
        ran.append(reason)

    wire = await wire()
    await wire.join("anna")

    await wire.send(f'42["{event}","forged"]')

    assert await wire.rest() == []
    assert "forged" not in ran


async def test_an_event_of_the_server_underneath_answers_likewise(connect, errors):
    @io.server.on("plain")
    async def plain(sid, payload):
        raise LookupError("a secret of the server")

    anna = await connect(ANNA)

    assert await anna.call("plain", 1) == INTERNAL
    assert len(errors()) == 1


async def test_arguments_that_such_an_event_does_not_take_are_the_clients_error(connect, errors):
    @io.server.on("plain")
    async def plain(sid, payload):
        return payload

    anna = await connect(ANNA)

    assert await anna.call("plain", "one") == "one"
    assert (await anna.call("plain", ("one", "two")))["error"]["name"] == "ValidationError"
    assert not errors()


async def test_an_answer_whose_callback_raises_is_logged_and_costs_no_socket(connect, until, errors):
    def callback(*arguments):
        raise LookupError("a secret of the server")

    async def later(*arguments):
        raise LookupError("a secret of the server")

    anna = await connect(ANNA)
    for each in (callback, later):
        await io.server.emit("question", to=anna.id, callback=each)

    await until(lambda: len(errors()) == 2)
    assert await anna.call("count", 1) == 2
    assert {record.name for record in errors()} == {"realtime"}
