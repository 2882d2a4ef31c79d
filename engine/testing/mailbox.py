"""A real mail server for tests, in the test's own event loop: what the app sends can be read there."""

import asyncio
import email
import email.policy
from dataclasses import dataclass
from functools import partial

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from engine.http import later

PATIENCE_SECONDS = 30.0


@dataclass
class Mail:
    """What came."""

    sender: str
    to: list[str]
    subject: str
    text: str
    headers: email.message.EmailMessage


class Mailbox:
    """Takes every mail. `answers` are what it says to the next ones instead ("451 Later"), `logins` who logged in."""

    def __init__(self):
        self.mails: list[Mail] = []
        self.came = asyncio.Event()
        self.answers: list[str] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.server = None

    async def open(self, password: str = "", **options):
        """Listens; with a password it takes mails only from `app`, who has to know it. `options` are aiosmtpd's."""
        self.password = password.encode()
        loop = asyncio.get_running_loop()
        login = {"auth_required": True, "authenticator": self._authenticate} if password else {}
        over_tls = options.pop("ssl", None)
        options = {"hostname": "mail.example.com", "auth_require_tls": False, **login, **options}
        self.server = await loop.create_server(lambda: SMTP(self, loop=loop, **options), "127.0.0.1", 0, ssl=over_tls)

    @property
    def port(self) -> int:
        return self.server.sockets[0].getsockname()[1]

    @property
    def settings(self) -> dict:
        """For an app that sends its mails here: `settings.model_copy(update=mailbox.settings)`."""
        return {"smtp_url": f"smtp://127.0.0.1:{self.port}", "mail_from": "App <app@example.com>"}

    async def next(self, to: str) -> Mail:
        """The next mail to an address, within 5 seconds; it is taken out of the box."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for mail in self.mails:
                    if to in mail.to:
                        self.mails.remove(mail)
                        return mail
                self.came.clear()
                await self.came.wait()

    def _authenticate(self, server, session, envelope, mechanism, data) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=(data.login, data.password) == (b"app", self.password), handled=False)

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = message.get_content().replace("\r\n", "\n")
        self.mails.append(Mail(envelope.mail_from, envelope.rcpt_tos, message["Subject"], text, message))
        self.came.set()
        return "250 Taken"

    def close(self):
        self.server.close()


@pytest.fixture
def open_mailbox(io_loop):
    """`open_mailbox(password="…")` is a mail server, which ends with the test; see Mailbox."""
    opened = []

    def open_mailbox(**options) -> Mailbox:
        mailbox = Mailbox()
        io_loop.run_sync(partial(mailbox.open, **options))
        opened.append(mailbox)
        return mailbox

    yield open_mailbox
    for mailbox in opened:
        mailbox.close()


@pytest.fixture
def mailbox(open_mailbox, monkeypatch) -> Mailbox:
    """`mail = await mailbox.next("anna@example.com")` is what the app has sent her; it needs `mailbox.settings`."""
    monkeypatch.setattr(later, "MOST_SECONDS", 0)
    return open_mailbox()
