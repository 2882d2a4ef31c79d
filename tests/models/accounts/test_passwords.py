"""Passwords are kept as argon2id hashes, made beside the event loop, and only so many at once."""

import asyncio
import os
import sys
import threading
import time

import argon2
import pytest

from models.accounts import passwords
from models.accounts.errors import TooBusy
from models.accounts.passwords import Pool, hashed, matches, outdated


@pytest.fixture
def quick_passwords():
    """These tests are about the real ones."""


async def test_a_hash_is_argon2id_with_the_parameters_that_owasp_asks_for():
    assert (await hashed("correct horse")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_only_the_same_password_matches():
    kept = await hashed("correct horse")
    assert await matches("correct horse", kept)
    assert not await matches("correct horse ", kept)


async def test_a_password_matches_however_the_keyboard_writes_its_accents():
    assert await matches("cafe\u0301 au lait", await hashed("caf\u00e9 au lait"))


async def test_a_password_does_not_end_at_a_nul():
    assert not await matches("password\x00two", await hashed("password\x00one"))


async def test_an_unknown_user_has_no_password():
    assert not await matches("correct horse", None)


def test_a_hash_with_other_parameters_is_outdated():
    weaker = argon2.PasswordHasher(memory_cost=8192, time_cost=1, parallelism=1)
    assert outdated(weaker.hash("correct horse"))
    assert not outdated(passwords.hasher.hash("correct horse"))


async def test_the_event_loop_goes_on_while_a_password_is_hashed():
    turns = 0
    job = asyncio.ensure_future(hashed("correct horse"))
    while not job.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 10


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
async def test_hashing_lets_the_event_loop_go_first():
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert await Pool(1, 0).run(niceness) == min(19, niceness() + 10)


@pytest.fixture
def may_end():
    """What the jobs of a test wait for; they end with it in any case."""
    event = threading.Event()
    yield event
    event.set()


async def test_more_than_the_queue_holds_is_refused_at_once(may_end):
    pool = Pool(workers=1, waiting=2)
    jobs = [asyncio.ensure_future(pool.run(may_end.wait)) for _ in range(3)]
    await asyncio.sleep(0)
    started = time.perf_counter()
    with pytest.raises(TooBusy):
        await pool.run(may_end.wait)
    assert time.perf_counter() - started < 0.05
    may_end.set()
    assert await asyncio.gather(*jobs) == [True, True, True]
    assert await pool.run(lambda: "again") == "again"


async def test_one_who_gives_up_gives_the_place_back(may_end):
    pool = Pool(workers=1, waiting=1)
    running, waiting = (asyncio.ensure_future(pool.run(may_end.wait)) for _ in range(2))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    other = asyncio.ensure_future(pool.run(lambda: "next"))
    await asyncio.sleep(0)
    may_end.set()
    assert await running
    assert await other == "next"
