"""The mail server that SMTP_URL names, and what its failures mean (RFC 5321; RFC 3207 for STARTTLS)."""

import asyncio
import re
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib

DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
ANSWER_SECONDS = 15.0
DELIVERY_SECONDS = 60.0
MOST_OF_A_REASON = 200
ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463, 2


@dataclass(frozen=True, repr=False)
class MailServer:
    """Where mails go, and how: TLS from the start (smtps), or by STARTTLS; only a server on this machine needs none."""

    host: str
    port: int
    tls: bool
    starttls: bool
    username: str | None
    password: str | None
    own_name: str

    @classmethod
    def at(cls, url: str, own_name: str) -> "MailServer":
        """The server of an SMTP_URL; `own_name` is the host by which we greet it."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
        username, password = (part and unquote(part) for part in (parts.username, parts.password))
        tls = parts.scheme == "smtps"
        return cls(host, port, tls, not tls and not is_here(host), username, password, own_name)

    async def deliver(self, message: EmailMessage) -> None:
        """Hands a mail to the server. Raises OSError and aiosmtplib.SMTPException."""
        async with asyncio.timeout(DELIVERY_SECONDS):
            await aiosmtplib.send(
                message,
                hostname=self.host,
                port=self.port,
                use_tls=self.tls,
                start_tls=self.starttls,
                username=self.username,
                password=self.password,
                local_hostname=self.own_name,
                timeout=ANSWER_SECONDS,
            )


def is_here(host: str) -> bool:
    """Whether a host is this machine, to which nobody listens on the way."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_temporary(error: Exception) -> bool:
    """Whether trying again may help: a server that cannot be reached, or one that says "not now" (RFC 5321, 4.2.1)."""
    refusal = _first(error)
    if isinstance(refusal, aiosmtplib.SMTPResponseException):
        return 400 <= refusal.code < 500
    return isinstance(error, OSError)


def reason(error: Exception) -> str:
    """Why a mail was not delivered, in one line without anything of the mail, and without our password."""
    refusal = _first(error)
    if isinstance(refusal, aiosmtplib.SMTPResponseException):
        text = f"it answers {refusal.code} {_harmless(refusal)}"
    else:
        text = str(refusal) or type(refusal).__name__
    return "".join(letter if letter.isprintable() else " " for letter in text)[:MOST_OF_A_REASON].strip()


def _first(error: Exception) -> Exception:
    return error.recipients[0] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error


def _harmless(refusal: aiosmtplib.SMTPResponseException) -> str:
    """What a server says, unless it has seen the password or the mail: spam filters quote the links that they mind."""
    to_the_login = isinstance(refusal, aiosmtplib.SMTPAuthenticationError)
    if not (to_the_login or isinstance(refusal, aiosmtplib.SMTPDataError)):
        return refusal.message
    enhanced = ENHANCED_CODE.match(refusal.message)
    return f"{enhanced[0] if enhanced else ''} to {'our login' if to_the_login else 'the mail'}"
