"""What the engine overrides and uses of python-socketio and engineio is as it was when it was written.

A version that moves one of these may do so silently: an override which nobody calls any more fails no other test.
"""

import inspect
from importlib.metadata import version

import engineio
import pytest
import socketio
from engineio.base_server import BaseServer
from socketio.async_manager import AsyncManager

from engine.sockets.manager import Manager
from engine.sockets.server import Server
from engine.tests.app import io
from engine.tests.people import ANNA
from engine.transport.engine_io import EngineIO
from engine.transport.link import Link


def parameters(function) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


def test_the_versions_are_those_that_this_holds_for():
    assert version("python-socketio").startswith("5.18.")
    assert version("python-engineio").startswith("4.15.")


SIGNATURES = {
    socketio.AsyncServer._engineio_server_class: [],
    socketio.AsyncServer._trigger_event: ["event", "namespace", "args"],
    socketio.AsyncServer._get_event_handler: ["event", "namespace", "args"],
    socketio.AsyncServer._get_namespace_handler: ["namespace", "args"],
    socketio.AsyncServer._send_packet: ["eio_sid", "pkt"],
    socketio.AsyncServer.emit: [
        "event", "data", "to", "room", "skip_sid", "namespace", "callback", "ignore_queue",
    ],
    socketio.AsyncServer.disconnect: ["sid", "namespace", "ignore_queue"],
    socketio.AsyncServer.get_environ: ["sid", "namespace"],
    socketio.AsyncServer.get_session: ["sid", "namespace"],
    socketio.AsyncServer.save_session: ["sid", "session", "namespace"],
    socketio.AsyncNamespace.trigger_event: ["event", "args"],
    AsyncManager.emit: ["event", "data", "namespace", "room", "skip_sid", "callback", "to", "kwargs"],
    AsyncManager.get_namespaces: [],
    AsyncManager.get_participants: ["namespace", "room"],
    AsyncManager.is_connected: ["sid", "namespace"],
    AsyncManager.eio_sid_from_sid: ["sid", "namespace"],
    AsyncManager.get_rooms: ["sid", "namespace"],
    AsyncManager.basic_enter_room: ["sid", "namespace", "room", "eio_sid"],
    AsyncManager.basic_leave_room: ["sid", "namespace", "room"],
    AsyncManager.close_room: ["room", "namespace"],
    engineio.AsyncServer._get_socket: ["sid"],
    engineio.AsyncServer.send_packet: ["sid", "pkt"],
    engineio.AsyncServer.disconnect: ["sid"],
    engineio.AsyncServer.generate_id: [],
}  # fmt: skip


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda function: function.__qualname__)
def test_what_is_overridden_or_called_takes_the_same(function):
    assert parameters(function) == SIGNATURES[function]


@pytest.mark.parametrize(
    ("ours", "theirs"), [(Server, socketio.AsyncServer), (Manager, AsyncManager), (EngineIO, engineio.AsyncServer)]
)
def test_every_private_method_that_is_overridden_is_there_to_be(ours, theirs):
    overridden = [name for name in vars(ours) if name.startswith("_") and not name.startswith("__")]

    assert all(hasattr(theirs, name) for name in overridden)


async def test_our_engine_is_what_the_server_makes_and_owns(http_server):
    assert type(io.server.eio) is EngineIO
    assert type(io.server.manager) is Manager
    assert io.server.manager.server is io.server


async def test_tables_that_are_read_are_where_they_were(http_server):
    assert io.server.handlers == {}
    assert io.server.namespace_handlers == {}
    assert io.server.namespaces == ["/"]
    assert io.server.eio.sockets == {}
    assert not io.server.eio.start_service_task


async def test_not_handled_is_told_from_none(http_server):
    assert io.server.not_handled is not None
    assert await io.server._trigger_event("no such event", "/", "sid") is io.server.not_handled


async def test_handlers_are_found_where_on_puts_them(http_server):
    def handler(*_):
        pass

    io.server.on("say", handler, namespace="/chat")
    io.server.register_namespace(socketio.AsyncNamespace("/class"))

    assert io.server._get_event_handler("say", "/chat", (1,)) == (handler, (1,))
    assert io.server._get_event_handler("say", "/", (1,)) == (None, (1,))
    owner, arguments = io.server._get_namespace_handler("/class", (1,))
    assert (owner.namespace, arguments) == ("/class", (1,))
    assert io.server._get_namespace_handler("/", ()) == (None, ())


async def test_ids_cannot_be_guessed_and_differ(http_server):
    ids = {io.server.eio.generate_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert min(map(len, ids)) >= 20


def test_the_reasons_of_a_disconnect_have_their_names():
    assert BaseServer.reason.CLIENT_DISCONNECT == "client disconnect"
    assert BaseServer.reason.SERVER_DISCONNECT == "server disconnect"


def test_a_refusal_of_a_connect_handler_carries_what_the_client_gets():
    error = socketio.exceptions.ConnectionRefusedError("No", {"code": 1})

    assert error.error_args == {"message": "No", "data": {"code": 1}}


def test_a_session_has_what_engineio_asks_of_its_sockets():
    assert {"upgraded", "session"} <= set(dir(Link))


async def test_nothing_of_theirs_runs_beside_ours(connect):
    """Their transports, their queue and their service task would each take a session out of our hands."""
    await connect(ANNA)

    assert all(type(link) is Link for link in io.server.eio.sockets.values())
    assert io.server.eio.service_task_handle is None
    assert io.server.environ == {}
    assert io.server.manager.callbacks == {}
    assert io.server.manager.pending_connect == {}
    with pytest.raises(NotImplementedError):
        await io.server.eio.send_packet("sid", None)
