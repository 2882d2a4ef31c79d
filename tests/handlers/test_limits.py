"""handlers/limits.py: what has a limit is answered so often, and no more, for each user."""

import pytest

import app as application
from handlers.base import BaseHandler, authenticated, limited
from handlers.limits import LIMITS

MOST = 3


@pytest.fixture
def tea(monkeypatch) -> list:
    """Two routes that share a limit, one for users and one for everybody."""
    monkeypatch.setitem(LIMITS, "tea", f"{MOST} per minute")

    class TeaHandler(BaseHandler):
        @authenticated
        @limited("tea")
        async def post(self):
            self.write({"pot": "tea"})

    class LookHandler(BaseHandler):
        @limited("tea")
        async def get(self):
            self.write({"pot": "tea"})

    return [("/tea", TeaHandler), ("/look", LookHandler)]


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"rate_limits": True})


@pytest.fixture
def make_app(tea, settings, db):
    def make_app():
        made = application.make_app(settings, db)
        made.add_handlers(".*", tea)
        return made

    return make_app


@pytest.fixture
def app(io_loop, make_app):
    return make_app()


async def test_a_user_who_is_too_quick_is_told_when_to_come_again_and_nobody_else_is(register, call):
    ann, ben = await register("ann"), await register("ben")
    answers = [await call("POST", "/tea", {}, as_=ann) for _ in range(MOST + 1)]
    assert [answer.status for answer in answers] == [200] * MOST + [429]
    assert answers[-1].json["error"]["name"] == "RateLimitError"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert (await call("POST", "/tea", {}, as_=ben)).status == 200


async def test_who_is_not_logged_in_is_counted_by_address_and_not_with_users(register, call):
    ann = await register("ann")
    assert [(await call("GET", "/look")).status for _ in range(MOST + 1)] == [200] * MOST + [429]
    assert (await call("GET", "/look", as_=ann)).status == 200


async def test_who_may_not_do_it_at_all_is_not_counted(call):
    assert [(await call("POST", "/tea", {})).status for _ in range(MOST + 1)] == [401] * (MOST + 1)
    assert (await call("GET", "/look")).status == 200


def test_a_limit_that_nobody_has_named_is_an_error_at_once():
    with pytest.raises(ValueError, match='There is no limit "coffee"'):
        limited("coffee")


def test_a_rate_that_is_none_is_an_error_at_the_start(monkeypatch, make_app):
    monkeypatch.setitem(LIMITS, "coffee", "often")
    with pytest.raises(ValueError, match='The limit "coffee" is "often"; write it as "30 per minute"'):
        make_app()


class TestTwoNodes:
    @pytest.fixture
    def settings(self, settings, redis):
        return settings.model_copy(update={"redis_url": redis.url})

    @pytest.fixture
    def urls(self, http_server, base_url, serve_beside, make_app) -> list[str]:
        return [base_url, serve_beside(make_app).url]

    async def test_they_count_together(self, register, http_client, urls):
        ann = await register("ann")
        options = {"method": "POST", "body": "{}", "raise_error": False}
        options["headers"] = {"Content-Type": "application/json", "Authorization": f"Bearer {ann.jwt}"}
        answers = [await http_client.fetch(f"{urls[turn % 2]}/tea", **options) for turn in range(MOST + 1)]
        assert [answer.code for answer in answers] == [200] * MOST + [429]
