"""docs/many-nodes.md: what it has Redis allow is what is needed, and what it and the README have send does so."""

import asyncio
import json
import re
import shlex
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import app as application
from engine.emitter import emitter
from engine.http.errors import ApiError
from engine.http.rate_limits import RateLimits
from engine.testing.processes import bare_environment
from models.accounts.user import User

pytestmark = pytest.mark.shipped
ROOT = Path(__file__).parent.parent
PAGE, README = (ROOT / "docs" / "many-nodes.md").read_text(), (ROOT / "README.md").read_text()
RIGHTS = re.search(r"^user (app on .*)$", PAGE, re.MULTILINE)[1].split()
COMMANDS = {right[1:] for right in RIGHTS if right.startswith("+")}
OTHERS = {"ping", "acl|setuser", "acl|log"}
"""What the test itself asks, as another user."""


@pytest.fixture
def redis(open_redis):
    """One that has the user."""
    redis = open_redis()
    redis.ask("ACL", "SETUSER", *RIGHTS)
    return redis


@pytest.fixture
def url(redis) -> str:
    return f"unix://app:secret@{redis.path}?db=1"


@pytest.fixture
def settings(usual_settings, tmp_path, url):
    return usual_settings.model_copy(update={"var_dir": tmp_path, "redis_url": url, "rate_limits": True})


@pytest.fixture
def second(http_server, serve_beside, settings, db):
    return serve_beside(lambda: application.make_app(settings, db))


@pytest.fixture
def urls(base_url, second):
    """The first client is on the second node, the next on the first."""
    return iter([second.url, base_url])


@pytest.fixture
def tell(url):
    """`tell` of the README's worker, whose emitter is of this Redis."""
    names: dict = {}
    exec(re.search(r"^```python\n(# worker.py\n.*?)^```$", README, re.DOTALL | re.MULTILINE)[1], names)
    names["emitter"] = lambda _: emitter(url)
    return names["tell"]


@pytest.fixture
def shell(url, tmp_path):
    """`await shell("python …")` runs it with this Redis in its settings, and returns what it prints."""
    environment = {**bare_environment(), "REDIS_URL": url, "APP_DIR": str(tmp_path)}

    async def shell(line: str) -> str:
        ask = partial(subprocess.run, ["sh", "-c", line], cwd=ROOT, env=environment, capture_output=True, text=True)
        done = await asyncio.to_thread(ask)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return shell


async def every_call(io, user_id: str):
    """Each once, those with answers too."""
    await io.join(user_id, ["tea", "cake"])
    await io.send("tea", "one")
    await io.send(["tea", "cake"], "several")
    await io.broadcast("all")
    assert await io.request(user_id, "name?") == "Anna"
    assert await io.online(user_id)
    assert [member.user_id for member in await io.members("tea")] == [user_id]
    assert user_id in {connection.user_id for connection in await io.connections()}
    await io.leave(user_id, "cake")
    await io.close("tea")


async def every_limit(url: str):
    """What is counted, told, given back and forgotten."""
    limits = RateLimits({"tea": "2 per 5 minutes"}, redis_url=url, redis_prefix="realtime")
    await limits.give_back("tea", "anna")
    for _ in range(2):
        await limits.spend("tea", "anna")
    with pytest.raises(ApiError):
        await limits.spend("tea", "anna")
    await limits.forget("tea", "anna")


async def come_back(wire, jwt: str) -> bool:
    """Connect, be lost, and be back; returns whether nothing was missed."""
    first, second = await wire(), await wire()
    pid = json.loads((await first.join(jwt))[2:])["pid"]
    await first.send('420["joined?"]')
    while not (await first.read()).startswith("430"):
        pass
    packet = await second.join(auth={"token": jwt, "pid": pid, "offset": first.offset})
    return json.loads(packet[2:])["pid"] == pid


async def test_the_rights_are_what_every_call_and_limit_needs(register, connect, io, redis, url, until, wire):
    anna, ben = await register("anna"), await register("ben")
    far, near = await connect(anna), await connect(ben)
    far.socket.on("name?", lambda *_: "Anna")
    await far.settled(), await near.settled()

    await every_call(io, anna.id)
    async with emitter(url, user_type=User) as outside:
        await every_call(outside, anna.id)
    await every_limit(url)
    for number in range(301):
        await io.send("cake", "more than is kept", number)
    assert await come_back(wire, ben.jwt)
    await io.disconnect(anna.id)
    await far.closed()
    link = io.node.backplane.bus.link
    before = link.server
    link._connection.abort("the test has cut it")
    await until(lambda: link.server != before and io.node.backplane.ready)

    assert redis.ask("ACL", "LOG") == []
    assert {name.removeprefix("cmdstat_") for name in redis.ask("INFO", "commandstats")} - OTHERS == COMMANDS


@pytest.mark.may_take(60)
async def test_a_cron_job_and_a_worker_reach_whom_they_mean(register, connect, received, tell, shell):
    anna, ben = await register("anna"), await register("ben")
    far, near = await connect(anna), await connect(ben)

    await tell(anna.id, "/exports/1")
    crontab = re.search(r"^0 9 \* \* \* (cd \S+ && .*)$", README, re.MULTILINE)[1]
    await shell(re.sub(r"cd \S+", f"cd {shlex.quote(str(ROOT))}", crontab))

    assert await received(far, "export_ready") == {"url": "/exports/1"}
    for client in (far, near):
        assert await received(client, "reminder") == {"text": "Tea at four"}
    assert "export_ready" not in await near.settled()


@pytest.mark.may_take(60)
async def test_a_terminal_sends_and_asks(register, connect, received, shell):
    anna = await register("anna")
    far = await connect(anna)
    send, connections = re.findall(r"^python (-m realtime .*)$", PAGE, re.MULTILINE)

    python = shlex.quote(sys.executable)
    await shell(f"{python} {send.replace('42', anna.id)}")
    assert await received(far, "notice") == {"text": "Tea is ready"}
    assert f'"user_id":"{anna.id}"' in await shell(f"{python} {connections}")
