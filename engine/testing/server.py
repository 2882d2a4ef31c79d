"""The event loop that tests run in, and the app's server in it. All that the kit takes of pytest-tornado is here.

That is the marker `gen_test`, which runs a test in the loop, and a free port. Its other fixtures have these in their
place: a test sees `io_loop`, `http_server`, `http_port`, `base_url` and `http_client`.
"""

import asyncio
import inspect
from functools import partial

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.ioloop import IOLoop

from engine.process import drain, make_server, new_event_loop

TEST_SECONDS = 60


def pytest_configure(config):
    """Tell pytest of the marker that makes a test's time longer."""
    config.addinivalue_line("markers", "may_take(seconds): how long an async test may take, instead of a minute")


def pytest_collection_modifyitems(items):
    """Let every `async def test_…` run in the event loop."""
    for item in items:
        if inspect.iscoroutinefunction(item.obj):
            longer = item.get_closest_marker("may_take")
            item.add_marker(pytest.mark.gen_test(timeout=longer.args[0] if longer else TEST_SECONDS))


@pytest.fixture
def io_loop():
    """The event loop that the app runs on."""
    loop = new_event_loop()
    asyncio.set_event_loop(loop)
    io_loop = IOLoop(asyncio_loop=loop, make_current=False)
    yield io_loop
    if left := asyncio.all_tasks(loop):
        # Else the garbage collector finds them, and what it says of them comes in the middle of another test.
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.wait(left, timeout=1))
    io_loop.close(all_fds=True)
    asyncio.set_event_loop(None)


@pytest.fixture
def settings(usual_settings, tmp_path):
    """What the app is started with; a test file may have a `settings` of its own."""
    return usual_settings.model_copy(update={"var_dir": tmp_path})


@pytest.fixture
def http_port(_unused_port) -> int:
    """The port of the app's server."""
    return _unused_port[1]


@pytest.fixture
def base_url(http_port) -> str:
    """Where the app's server is."""
    return f"http://localhost:{http_port}"


@pytest.fixture
def http_server(io_loop, app, _unused_port):
    """The app's own server, with its limits and time-outs."""
    server = make_server(app)
    io_loop.run_sync(app.settings["node"].start)
    server.add_socket(_unused_port[0])
    yield server
    io_loop.run_sync(partial(drain, app, server, 0))


@pytest.fixture
def http_client(http_server):
    """Runs as many requests at once as a test likes."""
    client = AsyncHTTPClient(force_instance=True, max_clients=1000)
    yield client
    client.close()


@pytest.fixture
def until():
    """`await until(lambda: …)` waits for something that no event tells."""

    async def until(condition):
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    return until
