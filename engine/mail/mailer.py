"""Mails: sent in the background, so that no request waits for a mail server, or tells by its time who has a mail."""

import asyncio
import logging
import re
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

from engine.loop.tasks import Tasks
from engine.mail.server import MailServer, is_temporary, reason

MOST_AT_ONCE = 4
MOST_UNSENT = 1000
PAUSES_SECONDS = (1, 10, 60, 300)  # Servers that greylist take whoever comes back after some minutes.
# Stricter than RFC 5322, whose quoted and encoded forms can hold a second address; fields.py of accounts lets none in.
ADDRESS = re.compile(r"(?!.*=\?)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
log = logging.getLogger(__name__)


class Mailer:
    """Sends mails: to the server of SMTP_URL; without one, development prints them."""

    def __init__(self, smtp_url: str, sender: str, public_url: str, production: bool):
        own_name = urlsplit(public_url).hostname or "localhost"
        self.server = MailServer.at(smtp_url, own_name) if smtp_url else None
        self.sender, self.production = sender or f"app@{own_name}", production
        self.slots = asyncio.Semaphore(MOST_AT_ONCE)
        self.unsent = Tasks()
        self.stopping = asyncio.Event()
        self.failing = False

    def post(self, to: str, subject: str, text: str) -> None:
        """Take a mail of plain text on its way, and return at once. What goes wrong is logged, never raised."""
        try:
            self._take(self._message(to, subject, text))
        except Exception as error:
            log.error("A mail could not be written: %s", type(error).__name__)

    def _message(self, to: str, subject: str, text: str) -> EmailMessage:
        if not ADDRESS.fullmatch(to):
            raise ValueError("no address")
        username, _, domain = to.rpartition("@")
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = Address(username=username, domain=domain)
        message["Subject"] = subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=message["From"].addresses[0].domain)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office notes in return
        message.set_content(text)
        return message

    def _take(self, message: EmailMessage) -> None:
        if self.server:
            self._queue(self.server, message)
        elif self.production:
            log.error("A mail was not sent: there is no mail server. Set SMTP_URL, MAIL_FROM and PUBLIC_URL")
        else:
            print(f"\nMail to {message['To']}: {message['Subject']}\n\n{message.get_content()}", flush=True)

    def _queue(self, server: MailServer, message: EmailMessage) -> None:
        if len(self.unsent) < MOST_UNSENT:
            self.unsent.spawn(self._send(server, message))
        else:
            log.error("A mail was dropped: %d are waiting for the mail server already", MOST_UNSENT)

    async def _send(self, server: MailServer, message: EmailMessage) -> None:
        for pause in (*PAUSES_SECONDS, None):
            try:
                await self._deliver(server, message)
                return
            except Exception as error:
                if pause is None or self.stopping.is_set() or not is_temporary(error):
                    log.error("A mail was not sent; of the server of SMTP_URL: %s", reason(error))
                    return
                self._tell_once(error)
            await self._pause(pause)

    async def _deliver(self, server: MailServer, message: EmailMessage) -> None:
        async with self.slots:
            await server.deliver(message)
        self.failing = False

    def _tell_once(self, error: Exception) -> None:
        if not self.failing:
            self.failing = True
            log.warning("Mails wait; of the server of SMTP_URL: %s", reason(error))

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()

    async def idle(self, seconds: float) -> None:
        """Give what is unsent so long for a last try, and give it up after that."""
        self.stopping.set()
        try:
            if self.unsent:
                await asyncio.wait(self.unsent, timeout=seconds)
        finally:
            self.stopping.clear()
            self._give_up()

    def _give_up(self) -> None:
        if self.unsent:
            log.error("Mails that the stop left unsent: %d", len(self.unsent))
        self.unsent.cancel()
