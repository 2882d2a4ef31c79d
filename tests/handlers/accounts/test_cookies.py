"""The refresh token as a cookie: out of reach of scripts, and of pages of other sites."""

from http.cookies import SimpleCookie

import pytest

LOGIN = {"identifier": "ann", "password": "correct horse", "cookie": True}
MINE = {"identifier": "ann", "password": "correct horse"}


def cookie_of(answer) -> SimpleCookie:
    [header] = answer.headers.get_list("Set-Cookie")
    return SimpleCookie(header)


class Browser:
    """Keeps cookies, and says of which page its requests are."""

    def __init__(self, ask, base_url):
        self.ask, self.page, self.cookies = ask, base_url, {}

    async def post(self, path: str, body=None, **more):
        more = {"Origin": self.page, **more}
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self.ask("POST", path, body, **({"Cookie": kept} if kept else {}), **more)
        for header in answer.headers.get_list("Set-Cookie"):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0" or not morsel.value:
                    del self.cookies[name]
        return answer


@pytest.fixture
def browser(ask, base_url):
    return Browser(ask, base_url)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/auth/local", LOGIN),
        ("/auth/local/register", {"username": "ben", "email": "b@example.com", "password": "battery", "cookie": True}),
    ],
)
async def test_a_browser_gets_it_as_a_cookie_and_not_in_the_answer(register, browser, path, form):
    await register("ann")
    answer = await browser.post(path, {**form, "password": "correct horse"})
    assert list(answer.json) == ["jwt", "user"]
    assert browser.cookies["refresh"].count(".") == 2


async def test_in_development_it_is_http_only_and_strict(register, browser):
    await register("ann")
    morsel = cookie_of(await browser.post("/auth/local", LOGIN))["refresh"]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Strict", "/")
    assert (morsel["secure"], morsel["domain"]) == ("", "")
    assert int(morsel["max-age"]) == 30 * 24 * 3600


async def test_the_cookie_refreshes_and_becomes_its_successor(register, browser, me):
    ann = await register("ann")
    first = await browser.post("/auth/local", LOGIN)
    before = browser.cookies["refresh"]
    for body in (None, {}):
        answer = await browser.post("/auth/refresh", body)
        assert (answer.status, list(answer.json)) == (200, ["jwt"])
        assert browser.cookies["refresh"] != before
        before = browser.cookies["refresh"]
    ann.jwt = answer.json["jwt"]
    assert (await me(ann)).status == 200
    assert first.json["jwt"] != ann.jwt


async def test_the_cookie_is_no_access_token(register, browser, ask):
    await register("ann")
    await browser.post("/auth/local", LOGIN)
    assert (await ask("GET", "/users/me", Cookie=f"refresh={browser.cookies['refresh']}")).status == 401


async def test_logging_out_takes_the_cookie_away(register, browser, refresh, refused):
    await register("ann")
    answer = await browser.post("/auth/local", LOGIN)
    token = browser.cookies["refresh"]
    gone = await browser.post("/auth/logout", Authorization=f"Bearer {answer.json['jwt']}")
    assert gone.json == {"ok": True}
    assert browser.cookies == {}
    assert refused(await refresh(token)) == "session_ended"


async def test_a_changed_password_gives_the_browser_a_new_cookie(register, browser):
    await register("ann")
    jwt = (await browser.post("/auth/local", LOGIN)).json["jwt"]
    form = {"currentPassword": "correct horse", "password": "battery staple", "passwordConfirmation": "battery staple"}
    before = browser.cookies["refresh"]
    answer = await browser.post("/auth/change-password", form, Authorization=f"Bearer {jwt}")
    assert list(answer.json) == ["jwt", "user"]
    assert browser.cookies["refresh"] != before
    assert (await browser.post("/auth/refresh")).status == 200


async def test_a_changed_password_leaves_the_cookie_of_another_login_alone(register, browser):
    await register("ann")
    await browser.post("/auth/local", LOGIN)
    kept = dict(browser.cookies)
    without = (await browser.post("/auth/local", MINE)).json
    form = {"currentPassword": "correct horse", "password": "battery staple", "passwordConfirmation": "battery staple"}
    answer = await browser.post("/auth/change-password", form, Authorization=f"Bearer {without['jwt']}")
    assert list(answer.json) == ["jwt", "refreshToken", "user"]
    assert browser.cookies == kept


async def test_a_cookie_that_is_worth_nothing_is_taken_away(register, browser, refused):
    browser.cookies["refresh"] = "a.b.c"
    assert refused(await browser.post("/auth/refresh")) == "token_invalid"
    assert browser.cookies == {}


@pytest.mark.slow
async def test_whoever_asked_for_no_cookie_gets_none(register, ask, base_url):
    await register("ann")
    answer = await ask("POST", "/auth/local", MINE, Origin=base_url)
    assert answer.headers.get_list("Set-Cookie") == []
    refreshed = await ask("POST", "/auth/refresh", {"refreshToken": answer.json["refreshToken"]}, Origin=base_url)
    assert refreshed.headers.get_list("Set-Cookie") == []


ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://127.0.0.1.evil.example"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"},
]


def refuses(answer) -> bool:
    assert answer.headers.get_list("Set-Cookie") == []
    return (answer.status, answer.json["error"]["name"]) == (403, "ForbiddenError")


async def test_the_page_of_another_site_logs_nobody_in_and_refreshes_nothing(register, browser, ask):
    await register("ann")
    await browser.post("/auth/local", LOGIN)
    cookie = f"refresh={browser.cookies['refresh']}"
    for headers in ELSEWHERE:
        assert refuses(await ask("POST", "/auth/local", LOGIN, **headers)), headers
        assert refuses(await ask("POST", "/auth/refresh", **headers, Cookie=cookie)), headers
    assert (await browser.post("/auth/refresh")).status == 200


async def test_the_page_of_another_site_logs_nobody_out(register, browser, ask, me):
    ann = await register("ann")
    ann.jwt = (await browser.post("/auth/local", LOGIN)).json["jwt"]
    for headers in ELSEWHERE:
        answer = await ask("POST", "/auth/logout", **headers, Cookie=f"refresh={browser.cookies['refresh']}")
        assert answer.status in (401, 403), headers
    assert (await me(ann)).status == 200


@pytest.mark.slow
async def test_who_is_no_browser_may_use_the_cookie(register, ask):
    await register("ann")
    cookie = cookie_of(await ask("POST", "/auth/local", LOGIN))["refresh"].value
    assert (await ask("POST", "/auth/refresh", Cookie=f"refresh={cookie}")).status == 200


class TestOtherOrigins:
    FRONT_END = "https://front.example.com"

    @pytest.fixture
    def given(self) -> dict:
        return {"cors_origins": [self.FRONT_END]}

    async def test_a_front_end_that_is_listed_works_with_tokens_and_without_cookies(self, register, ask, me):
        ann = await register("ann")
        answer = await ask("POST", "/auth/local", MINE, Origin=self.FRONT_END, Sec_Fetch_Site="cross-site")
        assert answer.headers["Access-Control-Allow-Origin"] == self.FRONT_END
        assert "Access-Control-Allow-Credentials" not in answer.headers
        body = {"refreshToken": answer.json["refreshToken"]}
        refreshed = await ask("POST", "/auth/refresh", body, Origin=self.FRONT_END, Sec_Fetch_Site="cross-site")
        assert refreshed.status == 200
        ann.jwt = refreshed.json["jwt"]
        assert (await ask("POST", "/auth/logout", as_=ann, Origin=self.FRONT_END)).status == 200
        assert (await me(ann)).status == 401

    async def test_a_front_end_that_is_listed_gets_no_cookie(self, register, ask):
        await register("ann")
        assert refuses(await ask("POST", "/auth/local", LOGIN, Origin=self.FRONT_END))


class TestProduction:
    @pytest.fixture
    def given(self, mongodb_url) -> dict:
        return {
            "env": "production",
            "mongodb_url": mongodb_url,
            "address": "127.0.0.1",
            "public_url": "https://app.example.com",
        }

    async def test_it_is_bound_to_this_host_and_to_https(self, register, ask):
        await register("ann")
        answer = await ask("POST", "/auth/local", LOGIN)
        morsel = cookie_of(answer)["__Host-refresh"]
        assert (morsel["secure"], morsel["httponly"], morsel["samesite"]) == (True, True, "Strict")
        assert (morsel["path"], morsel["domain"]) == ("/", "")
        assert (await ask("POST", "/auth/refresh", Cookie=f"__Host-refresh={morsel.value}")).status == 200

    @pytest.mark.slow
    async def test_the_cookie_of_development_is_worth_nothing(self, register, ask):
        await register("ann")
        token = cookie_of(await ask("POST", "/auth/local", LOGIN))["__Host-refresh"].value
        assert (await ask("POST", "/auth/refresh", Cookie=f"refresh={token}")).status == 401
