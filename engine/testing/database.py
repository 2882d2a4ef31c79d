"""The database of tests: one MongoDB for the whole run, empty at the start of each test."""

import asyncio
import os
import secrets
from contextlib import nullcontext
from functools import partial

import pytest
from pymongo import MongoClient

from engine.mongo import Database, close, connect, mongod

DATABASE = f"test_{secrets.token_hex(4)}"


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory):
    """One MongoDB for the whole run: that of MONGODB_URL, where it is set, or a private one."""
    given = os.environ.get("MONGODB_URL")
    with nullcontext(given) if given else mongod.running(tmp_path_factory.mktemp("mongo")) as url:
        # Nobody needs what tests write after the run: it need not be on the disk before the next line runs.
        url = url.replace("journal=true", "w=1")
        yield url
        asyncio.run(on_database(url, lambda db: db.client.drop_database(DATABASE)))


async def on_database(url: str, action):
    db = connect(url, DATABASE)
    await action(db)
    await close(db)


@pytest.fixture(scope="session")
def empty(mongodb_url):
    """`empty()` removes every document. It has one client for all tests, since connecting takes longer than this."""
    with MongoClient(mongodb_url) as client:

        def empty():
            for collection in map(client[DATABASE].get_collection, client[DATABASE].list_collection_names()):
                if collection.find_one({}, {"_id": 1}):
                    collection.delete_many({})

        yield empty


@pytest.fixture
def open_database(io_loop):
    """`db = open_database(url, "app")` is a database until the test ends; it takes what engine.mongo.connect does."""
    opened = []

    def open_database(url: str, name: str, **options) -> Database:
        opened.append(connect(url, name, **options))
        return opened[-1]

    yield open_database
    for db in opened:
        io_loop.run_sync(partial(close, db))


@pytest.fixture(scope="session")
def prepared():
    """Whose indexes are made: the `prepare` of each conftest.py is another."""
    return set()


@pytest.fixture
def db(io_loop, open_database, mongodb_url, empty, prepare, prepared) -> Database:
    """The database, as models take it."""
    empty()
    db = open_database(mongodb_url, DATABASE)
    if prepare not in prepared:
        io_loop.run_sync(lambda: prepare(db))
        prepared.add(prepare)
    return db
