"""The test kit: the real app on a real MongoDB, and what users do as verbs.

    anna = await register("anna")                     a user: id, username, email, jwt, refresh_token
    answer = await call("GET", "/rooms", as_=anna)    a request of hers: status, json, headers
    client = await connect(anna)                      a Socket.IO client of hers; as many as you like
    ack = await client.call("typing", form)           emits, and returns the ack; `emit` asks for none
    payload = await received(client, "notice")        the next event of that name, within 5 seconds
    mail = await mailbox.next("anna@example.com")     what was mailed to her: subject, text; see Mailbox
    names = await client.settled()                    what has come, once connection() and all that was sent is done

A test takes the verbs that it needs as arguments, `async def test_...(register, call):`, and starts with an empty
database. `db` is that database, for models; `io` works as it does in handlers.

The app's conftest.py has four fixtures: `io`; `prepare`, which makes the database's indexes; `usual_settings`; and
`app`, the application, made of `settings` and `db`.
"""

import gc

import hypothesis

pytest_plugins = [
    "engine.testing.processes",
    "engine.testing.programs",
    "engine.testing.server",
    "engine.testing.database",
    "engine.testing.sockets",
    "engine.testing.people",
    "engine.testing.requests",
    "engine.testing.client",
    "engine.testing.wire",
    "engine.testing.mailbox",
    "engine.testing.redis_server",
    "engine.testing.nodes",
    "engine.testing.network",
    "engine.testing.proxy",
    "engine.testing.stoppable",
]


def pytest_configure(config):
    """`make test` leaves out slow tests, and tries a few examples of what hypothesis makes up, `make test-all` many."""
    config.addinivalue_line("markers", "slow: long or with a browser, run by `make test-all`")
    config.addinivalue_line("markers", "shipped: about the starter as it is shipped, which a clone may change")
    examples = 50 if "not slow" in config.option.markexpr else 500
    hypothesis.settings.register_profile("tests", max_examples=examples, deadline=None)
    hypothesis.settings.load_profile("tests")


def pytest_collection_finish():
    """Tests look for garbage of their own: what is here by now stays, as in the app itself."""
    gc.freeze()
