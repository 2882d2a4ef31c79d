"""Who has an account here cannot be told by how long an answer takes: 200 tries each, interleaved."""

import random
import time
from statistics import median

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.gen_test(timeout=120)]
TRIES = 200


@pytest.fixture
def quick_passwords():
    """These tests are about the real ones."""


@pytest.fixture
def ratio(app, call):
    """`await ratio(path, known, unknown)`: the medians of what two bodies take, one divided by the other."""

    async def timed(path: str, body: dict) -> float:
        started = time.perf_counter()
        await call("POST", path, body)
        taken = time.perf_counter() - started
        # What the answer did not wait for must not slow the next one down.
        await app.idle()
        return taken

    async def ratio(path: str, known: dict, unknown: dict) -> float:
        seconds = ([], [])
        bodies = (known, unknown)
        for _ in range(TRIES):
            for which in random.sample((0, 1), 2):
                seconds[which].append(await timed(path, bodies[which]))
        return median(seconds[0]) / median(seconds[1])

    return ratio


async def test_a_login_of_an_unknown_user_and_one_with_a_wrong_password(register, ratio):
    await register("ann")
    known = {"identifier": "ann", "password": "wrong horse"}
    assert 0.9 < await ratio("/auth/local", known, {**known, "identifier": "nobody"}) < 1.1


async def test_a_forgotten_password_of_a_known_and_an_unknown_address(register, ratio):
    await register("ann")
    known = {"email": "ann@example.com"}
    assert 0.9 < await ratio("/auth/forgot-password", known, {"email": "nobody@example.com"}) < 1.1
