"""What the page says of what is the matter."""

import pytest

import app as application
import models
from models.accounts import administration
from models.accounts.user import User

pytestmark = [pytest.mark.slow, pytest.mark.may_take(60)]


class Hook:
    """A connection() that fails while it is broken."""

    broken = False

    async def __call__(self, socket, user):
        if self.broken:
            raise RuntimeError("broken")

    def fail(self):
        self.broken = True

    def work(self):
        self.broken = False


class TestConnection:
    @pytest.fixture(autouse=True)
    def hook(self, monkeypatch):
        hook = Hook()
        monkeypatch.setattr(application, "connection", hook)
        return hook

    async def test_one_that_fails_again_and_again_is_told_of_once_until_it_works(self, hook, play_here):
        await play_here("trouble", "hookFails", {"break": hook.fail, "mend": hook.work})

    async def test_once_dismissed_it_is_not_told_of_again(self, hook, play_here):
        await play_here("trouble", "hookFailsAndIsDismissed", {"break": hook.fail})


class TestDatabaseAway:
    @pytest.fixture
    def db(self, io_loop, mongodb, open_database):
        db = open_database(f"{mongodb.start()}&serverSelectionTimeoutMS=200", "away")
        io_loop.run_sync(lambda: models.prepare(db))
        return db

    async def test_it_is_told_in_one_sentence_until_it_is_back(self, mongodb, play_here):
        await play_here("trouble", "databaseAway", {"stop": mongodb.stop, "start": mongodb.start})


async def test_one_who_gets_another_role_is_not_alarmed(play_here, db):
    async def promote():
        await administration.set_role(db, await User.named(db, "ann"), "admin")

    await play_here("trouble", "anotherRole", {"promote": promote})
