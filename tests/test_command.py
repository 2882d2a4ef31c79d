"""`python -m models`: who is an admin, and who is blocked."""

import sys

import pytest

from engine.testing.client import Client
from engine.testing.processes import lives
from models.__main__ import NoSuchUser, arguments, block, log_out, make_admin, make_user, perform, unblock
from models.accounts.user import User
from models.roles import ROLES

SECRET = "s" * 32
REGISTRATION = {"username": "anna", "email": "anna@example.com", "password": "correct horse"}
LOGIN = {"identifier": "anna", "password": "correct horse"}


@pytest.mark.parametrize("identifier", ["anna", "ANNA", "anna@example.com", "Anna@Example.com"])
async def test_a_user_becomes_an_admin_by_name_or_address(db, register, call, identifier):
    anna = await register("anna")
    assert await perform(db, make_admin, identifier) == "anna is an admin now."
    assert (await call("GET", "/users/me", as_=anna)).json["role"] == "admin"


async def test_an_admin_becomes_a_user_like_others(db, register, call):
    anna = await register("anna")
    await perform(db, make_admin, "anna")
    assert await perform(db, make_user, "anna") == "anna is no longer an admin."
    assert (await call("GET", "/users/me", as_=anna)).json["role"] == "authenticated"


async def test_a_user_who_is_blocked_is_out_at_once_and_told_why(db, register, call, connect, received):
    anna, ben = await register("anna"), await register("ben")
    hers, his = await connect(anna), await connect(ben)
    assert await perform(db, block, "anna") == "anna is blocked and logged out everywhere."
    assert (await call("GET", "/users/me", as_=anna)).status == 401
    why = "Your account has been blocked by an administrator."
    assert await received(hers, "closing") == {"code": "revoked", "message": why}
    await hers.closed()
    assert "closing" not in await his.settled()


async def test_a_user_who_is_blocked_logs_in_only_once_unblocked(db, register, call):
    await register("anna")
    await perform(db, block, "anna")
    answer = await call("POST", "/auth/local", LOGIN)
    assert answer.json["error"]["message"] == "Your account has been blocked by an administrator"
    assert await perform(db, unblock, "anna") == "anna may log in."
    assert (await call("POST", "/auth/local", LOGIN)).status == 200


async def test_a_session_from_before_the_block_is_over_for_good(db, register, call):
    anna = await register("anna")
    await perform(db, block, "anna")
    await perform(db, unblock, "anna")
    assert (await call("GET", "/users/me", as_=anna)).status == 401


async def test_a_user_who_is_logged_out_everywhere_may_log_in_again(db, register, call, connect, received):
    anna = await register("anna")
    client = await connect(anna)
    assert await perform(db, log_out, "anna") == "anna is logged out everywhere."
    message = "An administrator ended this session; log in again."
    assert await received(client, "closing") == {"code": "revoked", "message": message}
    assert (await call("GET", "/users/me", as_=anna)).json["error"]["message"] == message
    assert (await call("POST", "/auth/local", LOGIN)).status == 200


async def test_nothing_is_done_twice_and_nothing_goes_wrong_for_it(db, register):
    await register("anna")
    for action in (make_user, unblock, block, block, make_admin, make_admin):
        await perform(db, action, "anna")
    anna = await User.named(db, "anna")
    assert (anna.role, anna.blocked) == ("admin", True)


async def test_a_user_has_any_role_of_the_list(db, register):
    await register("anna")
    given = arguments(["role", "anna", role := ROLES[-1]])
    assert await perform(db, given.action, given.user, *given.more) == f"anna has the role {role} now."
    assert (await User.named(db, "anna")).role == role


def test_a_role_that_is_not_in_the_list_is_refused_and_the_list_is_shown(capsys):
    with pytest.raises(SystemExit) as ended:
        arguments(["role", "anna", "no such role"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert all(role in said for role in ROLES)


@pytest.mark.parametrize("identifier", ["ben", "ben@example.com", "@", "", "$ne", "\x00"])
async def test_a_user_who_does_not_exist_is_named(db, register, identifier):
    await register("anna")
    with pytest.raises(NoSuchUser):
        await perform(db, block, identifier)


@pytest.fixture
def command(start):
    """`status, said = command("block", "anna")` runs it in the app's folder."""

    def command(*arguments: str, **environment) -> tuple[int, str]:
        process = start([sys.executable, "-m", "models", *arguments], **environment)
        return process.ended(), process.said.strip()

    return command


@pytest.mark.slow
async def test_a_blocked_user_is_thrown_out_of_an_app_that_runs_and_let_in_again_when_unblocked(start, command):
    app = start().listens()
    mongod = app.mongod
    _, anna = app.ask("POST", "/auth/local/register", REGISTRATION)
    client = Client(f"http://127.0.0.1:{app.port}")
    await client.open(anna["jwt"])

    assert command("block", "anna@example.com") == (0, "anna is blocked and logged out everywhere.")
    assert (await client.received("closing"))["code"] == "revoked"
    await client.closed()
    assert app.ask("GET", "/users/me", token=anna["jwt"])[0] == 401
    assert app.ask("POST", "/auth/local", LOGIN)[0] == 400

    assert command("unblock", "anna") == (0, "anna may log in.")
    assert app.ask("POST", "/auth/local", LOGIN)[0] == 200
    assert lives(mongod)


@pytest.mark.slow
def test_without_an_app_it_brings_the_database_and_takes_it_away_again(start, command):
    app = start().listens()
    app.ask("POST", "/auth/local/register", REGISTRATION)
    app.stopped()
    assert command("admin", "anna") == (0, "anna is an admin now.")
    assert not (app.folder / "var" / "mongo" / "mongod.sock").exists()
    _, logged_in = start().listens().ask("POST", "/auth/local", LOGIN)
    assert logged_in["user"]["role"] == "admin"


@pytest.mark.slow
def test_in_production_it_works_on_the_database_of_mongodb_url(command, mongodb_url, db, io_loop):
    io_loop.run_sync(lambda: User.register(db, *REGISTRATION.values()))
    production = {"ENV": "production", "JWT_SECRET": SECRET, "MONGODB_URL": mongodb_url, "MONGODB_DATABASE": db.name}
    assert command("admin", "anna", **production) == (0, "anna is an admin now.")
    assert io_loop.run_sync(lambda: User.named(db, "anna")).role == "admin"
    assert command("admin", "ben", **production) == (1, "There is no user ben.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "http"}, "PORT cannot be used: "),
        ({"ENV": "production"}, "ENV=production needs JWT_SECRET "),
        ({"MONGODB_URL": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100"}, "MongoDB cannot be used: 127.0.0.1:1"),
        ({"JWT_SECRET": SECRET, "VAR_DIR": "/dev/null/var"}, "MongoDB's folder cannot be used: "),
    ],
)
def test_what_keeps_it_from_working_is_one_sentence_and_an_exit_code(command, environment, sentence):
    status, said = command("admin", "anna", **environment)
    assert status == 2
    assert said.startswith(sentence)
    assert said.count("\n") == 0


@pytest.mark.slow
def test_without_a_word_it_says_how_it_is_used(command):
    status, said = command()
    assert status == 0
    assert said.startswith("usage: python -m models")
    assert all(word in said for word in ("role", "admin", "user", "block", "unblock", "logout"))
