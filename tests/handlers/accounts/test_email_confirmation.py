"""CONFIRM_EMAILS: nobody logs in before they have shown that the address is theirs."""

import pytest

from engine.testing.people import Someone

ANN = {"username": "ann", "email": "ann@example.com", "password": "correct horse"}
LOGIN = {"identifier": "ann", "password": "correct horse"}
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture
def given() -> dict:
    return {"confirm_emails": True}


@pytest.fixture
def sign_up(call, confirmation):
    """`path = await sign_up()` registers ann, and returns the link of the mail that she gets."""

    async def sign_up() -> str:
        answer = await call("POST", "/auth/local/register", ANN)
        assert answer.status == 200, answer.json
        assert list(answer.json) == ["user"]
        assert answer.json["user"]["confirmed"] is False
        return await confirmation(ANN["email"])

    return sign_up


@pytest.fixture
def login_confirmed(call, sign_up):
    """Ann with a confirmed address and a session."""

    async def login_confirmed() -> Someone:
        await call("GET", await sign_up())
        answer = (await call("POST", "/auth/local", LOGIN)).json
        user = answer["user"]
        return Someone(user["id"], user["username"], user["email"], answer["jwt"], answer["refreshToken"])

    return login_confirmed


@pytest.fixture
def follow(http_client, base_url):
    """Opens a link as a browser does, and returns where it is sent."""

    async def follow(path: str) -> tuple[int, str]:
        answer = await http_client.fetch(
            base_url + path, headers={"Accept": BROWSER}, follow_redirects=False, raise_error=False
        )
        return answer.code, answer.headers.get("Location", "")

    return follow


async def test_until_the_address_is_confirmed_nobody_logs_in(call, sign_up):
    path = await sign_up()
    refused = await call("POST", "/auth/local", LOGIN)
    assert refused.status == 400
    assert refused.json["error"]["name"] == "ApplicationError"
    assert refused.json["error"]["message"] == "Your account email is not confirmed"
    assert refused.json["error"]["details"] == {"code": "email_not_confirmed"}

    assert (await call("GET", path)).json == {"ok": True}
    answer = await call("POST", "/auth/local", LOGIN)
    assert answer.status == 200
    assert answer.json["user"]["confirmed"] is True


async def test_a_program_that_only_looks_where_the_link_leads_does_not_use_it_up(call, sign_up):
    path = await sign_up()
    assert (await call("HEAD", path)).status == 200
    assert (await call("POST", "/auth/local", LOGIN)).status == 400
    assert (await call("GET", path)).json == {"ok": True}


async def test_a_wrong_password_does_not_tell_that_the_address_is_unconfirmed(call, sign_up):
    await sign_up()
    refused = await call("POST", "/auth/local", {**LOGIN, "password": "wrong horse"})
    assert refused.json["error"]["message"] == "Invalid identifier or password"


async def test_a_browser_is_led_to_the_page(sign_up, follow):
    path = await sign_up()
    assert await follow(path) == (302, "/#confirmed")
    assert await follow("/api/auth/email-confirmation?confirmation=x") == (302, "/#confirmation-failed")


async def test_a_link_is_good_once(call, sign_up):
    path = await sign_up()
    assert (await call("GET", path)).status == 200
    assert (await call("GET", path)).status == 400


@pytest.mark.slow
async def test_garbage_confirms_nothing(call, sign_up):
    await sign_up()
    for query in (
        "",
        "?",
        "?confirmation",
        "?confirmation=x",
        "?confirmation=%00",
        "?x=1",
        "?confirmation=" + "x" * 999,
    ):
        assert (await call("GET", f"/auth/email-confirmation{query}")).status == 400, query
    assert (await call("POST", "/auth/local", LOGIN)).status == 400


@pytest.mark.slow
async def test_a_code_is_kept_as_a_hash(sign_up, kept):
    code = (await sign_up()).partition("=")[2]
    assert len(code) >= 22
    assert code not in await kept()


async def test_another_mail_is_sent_on_demand_and_works(call, sign_up, confirmation):
    await sign_up()
    answer = await call("POST", "/auth/send-email-confirmation", {"email": "Ann@example.com"})
    assert (answer.status, answer.json["sent"]) == (200, True)
    assert (await call("GET", await confirmation(ANN["email"]))).status == 200


async def test_whoever_asks_for_a_mail_learns_nothing(call, sign_up, mailbox):
    path = await sign_up()
    await call("GET", path)
    for email in (ANN["email"], "nobody@example.com"):
        answer = await call("POST", "/auth/send-email-confirmation", {"email": email})
        assert (answer.status, answer.json) == (200, {"email": email, "sent": True})
    await call("POST", "/auth/forgot-password", {"email": ANN["email"]})
    assert "/#reset=" in (await mailbox.next(ANN["email"])).text
    assert mailbox.mails == []


async def test_a_code_for_a_new_password_confirms_nothing_and_the_other_way_round(call, sign_up, mailbox):
    code = (await sign_up()).partition("=")[2]
    form = {"code": code, "password": "battery staple", "passwordConfirmation": "battery staple"}
    assert (await call("POST", "/auth/reset-password", form)).status == 400
    await call("POST", "/auth/forgot-password", {"email": ANN["email"]})
    code = (await mailbox.next(ANN["email"])).text.partition("/#reset=")[2].split()[0]
    assert (await call("GET", f"/auth/email-confirmation?confirmation={code}")).status == 400


async def test_a_change_of_address_that_waits_ends_with_the_password(call, login_confirmed, confirmation):
    ann = await login_confirmed()
    await call("PATCH", "/users/me", {"email": "eve@example.com", "currentPassword": "correct horse"}, as_=ann)
    path = await confirmation("eve@example.com")
    new = {"currentPassword": "correct horse", "password": "battery staple", "passwordConfirmation": "battery staple"}
    assert (await call("POST", "/auth/change-password", new, as_=ann)).status == 200
    assert (await call("GET", path)).status == 400
    assert (await call("GET", "/users/me", as_=ann)).json["email"] == "ann@example.com"


async def test_a_changed_address_counts_once_it_is_confirmed(call, login_confirmed, confirmation):
    ann = await login_confirmed()
    answer = await call("PATCH", "/users/me", {"email": "new@example.com", "currentPassword": "correct horse"}, as_=ann)
    assert answer.status == 200, answer.json
    assert answer.json["email"] == "ann@example.com"
    path = await confirmation("new@example.com")
    assert (await call("GET", path)).status == 200
    assert (await call("GET", "/users/me", as_=ann)).json["email"] == "new@example.com"
    assert (await call("POST", "/auth/local", {**LOGIN, "identifier": "new@example.com"})).status == 200


async def test_an_address_that_another_takes_meanwhile_is_theirs(call, login_confirmed, confirmation):
    ann = await login_confirmed()
    await call("PATCH", "/users/me", {"email": "new@example.com", "currentPassword": "correct horse"}, as_=ann)
    path = await confirmation("new@example.com")
    ben = {"username": "ben", "email": "new@example.com", "password": "correct horse"}
    assert (await call("POST", "/auth/local/register", ben)).status == 200
    assert (await call("GET", path)).status == 400
    assert (await call("GET", "/users/me", as_=ann)).json["email"] == "ann@example.com"


@pytest.mark.slow
async def test_an_address_that_is_taken_is_refused_at_once_or_never_told(call, login_confirmed, confirmation):
    ann = await login_confirmed()
    ben = {"username": "ben", "email": "ben@example.com", "password": "correct horse"}
    await call("POST", "/auth/local/register", ben)
    answer = await call("PATCH", "/users/me", {"email": "ben@example.com", "currentPassword": "correct horse"}, as_=ann)
    assert answer.json.get("email") == "ann@example.com" or answer.status == 400
    assert (await call("GET", "/users/me", as_=ann)).json["email"] == "ann@example.com"


class TestWithoutTheSetting:
    @pytest.fixture
    def given(self) -> dict:
        return {}

    async def test_the_routes_are_not_there(self, call):
        assert (await call("GET", "/auth/email-confirmation?confirmation=x")).status == 404
        assert (await call("POST", "/auth/send-email-confirmation", {"email": "ann@example.com"})).status == 404

    @pytest.mark.slow
    async def test_whoever_registers_is_in(self, register, mailbox):
        await register("ann")
        assert mailbox.mails == []
