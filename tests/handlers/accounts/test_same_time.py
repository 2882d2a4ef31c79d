"""Who has an account here cannot be told by how long an answer takes: 200 tries each, interleaved."""

import random
import time
from statistics import median

import pytest

from engine.http import later

pytestmark = [pytest.mark.slow, pytest.mark.may_take(120)]
TRIES = 200


@pytest.fixture
def quick_passwords():
    """These tests are about the real ones."""


@pytest.fixture(autouse=True)
def as_late_as_ever(mailbox, monkeypatch):
    """Nor is what is done after an answer done any sooner here."""
    monkeypatch.setattr(later, "MOST_SECONDS", 1.0)


@pytest.fixture
def took(call):
    """`await took("POST", path, body)`: how many seconds until the answer."""

    async def took(*request) -> float:
        started = time.perf_counter()
        await call(*request)
        return time.perf_counter() - started

    return took


async def ratio(known, unknown) -> float:
    """The medians of what two functions return, one divided by the other; they are called in turn, in random order."""
    seconds = {known: [], unknown: []}
    for _ in range(TRIES):
        for function in random.sample([known, unknown], 2):
            seconds[function].append(await function())
    return median(seconds[known]) / median(seconds[unknown])


def sends(took, path: str, **body):
    return lambda: took("POST", path, body)


async def test_a_login_of_an_unknown_user_and_one_with_a_wrong_password(register, took):
    await register("ann")
    known = sends(took, "/auth/local", identifier="ann", password="wrong horse")
    unknown = sends(took, "/auth/local", identifier="nobody", password="wrong horse")
    assert 0.9 < await ratio(known, unknown) < 1.1


async def test_a_forgotten_password_of_a_known_and_an_unknown_address(register, took):
    await register("ann")
    known = sends(took, "/auth/forgot-password", email="ann@example.com")
    unknown = sends(took, "/auth/forgot-password", email="nobody@example.com")
    assert 0.9 < await ratio(known, unknown) < 1.1


async def test_the_request_after_that_of_a_known_and_an_unknown_address(register, call, took):
    async def after(email: str) -> float:
        await call("POST", "/auth/forgot-password", {"email": email})
        return await took("GET", "/users/me")

    await register("ann")
    assert 0.9 < await ratio(lambda: after("ann@example.com"), lambda: after("nobody@example.com")) < 1.1
