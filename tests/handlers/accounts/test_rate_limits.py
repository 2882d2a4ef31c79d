"""Only so many tries: told apart by account and address, so that an attacker shuts out nobody but themselves."""

import asyncio
from itertools import count, cycle

import pytest

from engine.http.rate_limits import RateLimits
from handlers.accounts.limits import ACCOUNT_LIMITS
from models.accounts import passwords

RIGHT, WRONG = "correct horse", "wrong horse"
MOST_TRIES = 300


@pytest.fixture
def given() -> dict:
    return {"rate_limits": True}


@pytest.fixture
def try_login(ask):
    async def try_login(address: str, identifier="ann", password=WRONG):
        return await ask("POST", "/auth/local", {"identifier": identifier, "password": password}, address=address)

    return try_login


@pytest.fixture
def hashed(monkeypatch):
    """How many passwords have been hashed or compared: `len(hashed)`."""
    calls = []

    class Counting(passwords.Pool):
        async def run(self, function, *arguments):
            calls.append(function.__name__)
            return await super().run(function, *arguments)

    monkeypatch.setattr(passwords, "pool", Counting(2, 128))
    return calls


@pytest.fixture
def limits(app):
    """`limits("logins by account", "20 per hour")` is another rate."""

    def limits(name: str, rate: str):
        app.settings["limits"].items[name] = RateLimits({name: rate}).items[name]

    return limits


async def until_limited(send):
    """Repeats a request until it gets 429; returns that answer and how many went before."""
    for number in range(MOST_TRIES):
        answer = await send()
        if answer.status == 429:
            return answer, number
    raise AssertionError(f"{MOST_TRIES} tries went through, the last with {answer.status}")


def is_told_when_to_come_back(answer) -> bool:
    error = answer.json["error"]
    return (error["status"], error["name"]) == (429, "RateLimitError") and int(answer.headers["Retry-After"]) >= 1


async def test_too_many_tries_at_one_account_from_one_address_are_429_before_any_hashing(register, try_login, hashed):
    await register("ann")
    answer, tries = await until_limited(lambda: try_login("198.51.100.1"))
    assert is_told_when_to_come_back(answer)
    assert 3 <= tries <= 20
    before = len(hashed)
    assert (await try_login("198.51.100.1", password=RIGHT)).status == 429
    assert len(hashed) == before


async def test_nobody_is_locked_out_from_elsewhere(register, try_login):
    await register("ann")
    await until_limited(lambda: try_login("198.51.100.1"))
    assert (await try_login("198.51.100.2", password=RIGHT)).status == 200


@pytest.mark.slow
async def test_an_unknown_account_is_limited_as_a_known_one(register, try_login):
    await register("ann")
    _, known = await until_limited(lambda: try_login("198.51.100.1"))
    _, unknown = await until_limited(lambda: try_login("198.51.100.2", identifier="nobody"))
    assert known == unknown


@pytest.mark.parametrize(
    "spellings",
    [
        ["ann", "ANN", "Ann", "aNN", "\uff41nn"],
        ["ann@example.com", "ANN@example.com", "ann@EXAMPLE.com", "ann\uff20example.com", "ann@ex\uff41mple.com"],
    ],
)
async def test_a_name_or_an_address_however_it_is_typed_is_one(register, try_login, spellings):
    await register("ann")
    _, tries = await until_limited(lambda: try_login("198.51.100.1"))
    typed = cycle(spellings)
    _, varied = await until_limited(lambda: try_login("198.51.100.2", identifier=next(typed)))
    assert varied == tries


@pytest.mark.parametrize(
    ("first", "then"), [("ann", "ann@example.com"), ("ann@example.com", "ann"), ("ann\uff20example.com", "ann")]
)
async def test_limits_do_not_tell_which_name_and_address_are_one_account(register, try_login, first, then):
    await register("ann")
    await until_limited(lambda: try_login("198.51.100.1", identifier=first))
    of_one_account = await try_login("198.51.100.1", identifier=then)
    of_nobody = await try_login("198.51.100.1", identifier="nobody@example.com")
    assert of_one_account.status == of_nobody.status == 400


async def test_limits_do_not_tell_who_exists(register, try_login):
    await register("ann")
    counts = []
    for number, address in enumerate(["ann@example.com", "nobody@example.com"]):
        wide = address.replace("@", "\uff20")
        _, tries = await until_limited(
            lambda number=number, wide=wide: try_login(f"198.51.100.{number}", identifier=wide)
        )
        counts.append((tries, (await try_login(f"198.51.100.{number}", identifier=address)).status))
    assert counts[0] == counts[1]


@pytest.mark.slow
async def test_one_address_tries_only_so_many_accounts(try_login):
    number = count()
    answer, tries = await until_limited(lambda: try_login("198.51.100.1", identifier=f"user{next(number)}"))
    assert is_told_when_to_come_back(answer)
    assert tries >= 10  # an office shares an address
    assert (await try_login("198.51.100.2", identifier="user0")).status == 400


async def test_the_addresses_of_one_network_are_one(try_login):
    number = count(1)
    _, tries = await until_limited(lambda: try_login(f"2001:db8:1:2::{next(number):x}", identifier="nobody"))
    assert tries <= 20
    assert (await try_login("2001:db8:1:3::1", identifier="nobody")).status == 400


@pytest.mark.slow
@pytest.mark.slow
async def test_an_attack_from_many_addresses_slows_only_addresses_that_never_logged_in(register, login, try_login):
    ann = await register("ann")
    await login(ann, address="203.0.113.1")
    await login(ann, address="2001:db8:aaaa:bbbb::1")
    number = count(1)
    answer, _ = await until_limited(lambda: try_login(f"198.51.{next(number) // 200}.{next(number) % 200 + 1}"))
    assert is_told_when_to_come_back(answer)
    assert (await try_login("192.0.2.200", password=RIGHT)).status == 429
    assert (await try_login("203.0.113.1", password=RIGHT)).status == 200
    assert (await try_login("2001:db8:aaaa:bbbb::2", password=RIGHT)).status == 200


@pytest.mark.slow
async def test_other_accounts_do_not_feel_the_attack(register, try_login):
    await register("ann")
    await register("ben")
    number = count(1)
    await until_limited(lambda: try_login(f"198.51.100.{next(number)}"))
    assert (await try_login("192.0.2.200", identifier="ben", password=RIGHT)).status == 200


async def test_a_header_that_no_proxy_wrote_buys_no_tries(register, ask):
    # The proxy appends its peer; what stands before that, anybody may have written.
    await register("ann")
    number = count(1)
    forged = lambda: ask(  # noqa: E731
        "POST",
        "/auth/local",
        {"identifier": "ann", "password": WRONG},
        X_Forwarded_For=f"198.51.100.{next(number)}, 203.0.113.9",
    )
    _, tries = await until_limited(forged)
    assert tries <= 20


async def test_many_tries_at_once_are_counted_each(register, try_login, hashed):
    await register("ann")
    before = len(hashed)
    answers = await asyncio.gather(*(try_login("198.51.100.1") for _ in range(60)))
    assert sum(answer.status == 429 for answer in answers) >= 40
    assert len(hashed) - before <= 20


@pytest.mark.slow
async def test_whoever_logs_in_may_do_so_again_and_again(register, try_login):
    await register("ann")
    for _ in range(12):
        assert (await try_login("198.51.100.1", password=RIGHT)).status == 200


async def test_logins_with_the_right_password_are_limited_too_and_then_cost_no_hashing(
    register, try_login, hashed, limits
):
    limits("logins by account", "20 per hour")
    await register("ann")
    await register("ben")
    answer, logins = await until_limited(lambda: try_login("198.51.100.1", password=RIGHT))
    assert is_told_when_to_come_back(answer)
    assert logins == 20
    for _ in range(20):
        assert (await try_login("198.51.100.1", password=RIGHT)).status == 429
    before = len(hashed)
    assert (await try_login("198.51.100.1", password=RIGHT)).status == 429
    assert len(hashed) == before
    assert (await try_login("198.51.100.2", password=RIGHT)).status == 429
    assert (await try_login("198.51.100.2", "ben", password=RIGHT)).status == 200


@pytest.mark.slow
async def test_one_address_registers_only_so_many(ask, hashed):
    number = count()

    def sign_up():
        name = f"user{next(number)}"
        form = {"username": name, "email": f"{name}@example.com", "password": RIGHT}
        return ask("POST", "/auth/local/register", form, address="198.51.100.1")

    answer, done = await until_limited(sign_up)
    assert is_told_when_to_come_back(answer)
    assert len(hashed) == done >= 3


@pytest.mark.slow
async def test_a_registration_that_is_refused_counts(register, ask):
    await register("ann")
    form = {"username": "ann", "email": "ann@example.com", "password": RIGHT}
    await until_limited(lambda: ask("POST", "/auth/local/register", form, address="198.51.100.1"))


@pytest.mark.slow
async def test_one_address_asks_for_only_so_many_mails(register, ask, mailbox):
    await register("ann")
    form = {"email": "ann@example.com"}
    answer, sent = await until_limited(lambda: ask("POST", "/auth/forgot-password", form, address="198.51.100.1"))
    assert is_told_when_to_come_back(answer)
    assert sent >= 2


@pytest.mark.slow
async def test_nobody_floods_a_mailbox_from_many_addresses(register, ask, mailbox, app):
    await register("ann")
    for number in range(40):
        form = {"email": "ann@example.com"}
        answer = await ask("POST", "/auth/forgot-password", form, address=f"198.51.100.{number + 1}")
        assert answer.json == {"ok": True}
    await app.idle()
    assert len(mailbox.mails) <= 10


async def test_refreshes_are_limited_and_a_user_never_meets_the_limit(register, ask, refresh):
    ann = await register("ann")
    token = ann.refresh_token
    for _ in range(5):
        token = (await refresh(token)).json["refreshToken"]
    answer, _ = await until_limited(lambda: refresh(token))
    assert is_told_when_to_come_back(answer)


@pytest.mark.slow
async def test_nobody_uses_up_the_refreshes_of_another(register, refresh):
    ann = await register("ann")
    session_id, secret, mac = ann.refresh_token.split(".")
    for _ in range(40):
        assert (await refresh(f"{session_id}.{secret}.{mac[::-1]}")).status == 401
    assert (await refresh(ann.refresh_token)).status == 200


async def test_whoever_holds_a_stolen_token_guesses_the_password_only_so_often(register, ask, login, hashed):
    ann = await register("ann")
    stolen = await login(ann)
    form = {"currentPassword": WRONG, "password": "battery staple", "passwordConfirmation": "battery staple"}
    answer, tries = await until_limited(lambda: ask("POST", "/auth/change-password", form, as_=stolen))
    assert is_told_when_to_come_back(answer)
    assert tries <= 20
    before = len(hashed)
    assert (await ask("PATCH", "/users/me", {"currentPassword": WRONG, "username": "x12"}, as_=stolen)).status == 429
    assert (await ask("DELETE", "/users/me", {"currentPassword": WRONG}, as_=stolen)).status == 429
    assert len(hashed) == before


@pytest.mark.slow
async def test_codes_are_guessed_only_so_often(ask):
    form = {"code": "x" * 43, "password": "battery staple", "passwordConfirmation": "battery staple"}
    answer, _ = await until_limited(lambda: ask("POST", "/auth/reset-password", form, address="198.51.100.1"))
    assert is_told_when_to_come_back(answer)


@pytest.mark.slow
async def test_a_request_that_says_nothing_useful_is_no_try(register, try_login):
    await register("ann")
    for _ in range(30):
        assert (await try_login("198.51.100.1", password="")).status == 400
    assert (await try_login("198.51.100.1", password=RIGHT)).status == 200


async def test_every_limit_is_one():
    limits = RateLimits(ACCOUNT_LIMITS)
    for name in ACCOUNT_LIMITS:
        await limits.spend(name, "ann")
