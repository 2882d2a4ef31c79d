"""Who may emit an event: a role, several, or whatever a function says of the user."""

import pytest

from engine.tests.app import io
from engine.tests.people import ANNA, BOB, Person

FORBIDDEN = {"name": "ForbiddenError", "message": "You may not do that"}


@pytest.fixture(autouse=True)
def handlers():
    """One event a way; ANNA and BOB are cooks."""
    ways = {
        "cooks": "cook",
        "waiters": "waiter",
        "cooks and waiters": ["waiter", "cook"],
        "nobody": [],
        "anna": lambda user: user.id == "anna",
        "anna and waiters": ("waiter", lambda user: user.id == "anna"),
    }
    for event, allow in ways.items():

        @io.on(event, form=int, allow=allow)
        async def handler(socket, number):
            return "done"


@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.parametrize(
    ("event", "may"),
    [
        ("cooks", [ANNA, BOB]),
        ("waiters", []),
        ("cooks and waiters", [ANNA, BOB]),
        ("nobody", []),
        ("anna", [ANNA]),
        ("anna and waiters", [ANNA]),
    ],
)
async def test_those_may_and_others_are_told_so(connect, errors, transport, event, may):
    for person in (ANNA, BOB):
        client = await connect(person, transports=[transport])
        assert await client.call(event, 1) == ("done" if person in may else {"error": FORBIDDEN})
    assert errors() == []


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_where_no_ack_was_asked_for_it_comes_as_an_event(connect, received, transport):
    client = await connect(ANNA, transports=[transport])
    await client.emit("waiters", 1)
    assert await received(client, "error") == {"event": "waiters", **FORBIDDEN}


async def test_who_may_not_learns_nothing_of_the_form(connect):
    client = await connect(ANNA)
    assert await client.call("waiters", "no number") == {"error": FORBIDDEN}


async def test_a_user_who_has_another_role_after_a_renewal_is_asked_about_as_they_are_then(connect, office):
    client = await connect(auth={"token": office.issue(ANNA, 100)})
    office.roles["anna"] = Person("anna", "waiter")
    assert await client.call("waiters", 1) == {"error": FORBIDDEN}
    await client.call("token:renew", {"token": office.issue(ANNA)})
    assert await client.call("waiters", 1) == "done"


async def test_an_event_of_one_socket_alone_may_be_for_some(connect, hook):
    @hook
    async def connection(socket, user):
        @socket.on("own", allow="waiter")
        async def own(socket, payload):
            return "done"

    client = await connect(ANNA)
    assert await client.call("own") == {"error": FORBIDDEN}


class Later:
    def __await__(self):
        yield


async def test_a_function_that_must_be_awaited_lets_nobody_in(connect, errors):
    @io.on("later", allow=lambda user: Later())
    async def handler(socket, payload):
        return "done"

    client = await connect(ANNA)
    assert (await client.call("later"))["error"]["name"] == "InternalError"
    assert len(errors()) == 1


def test_an_async_function_is_refused_when_it_is_registered():
    async def later(user):
        return True

    with pytest.raises(TypeError, match="async"):
        io.on("event", allow=["waiter", later])


@pytest.mark.parametrize("allow", ["", 1, object(), ["cook", 1], [""], {"cook": True}, b"cook"])
def test_what_names_nobody_is_refused_when_it_is_registered(allow):
    with pytest.raises(TypeError, match="a role, a function of the user, or several"):
        io.on("event", allow=allow)
