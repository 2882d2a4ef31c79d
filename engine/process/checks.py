"""Types of settings, each of which checks its value."""

import ipaddress
import os
import sys
from email.policy import default as mail_policy
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from engine.backplane.redis.address import parse
from engine.http import origin
from engine.process import secret

TEN_YEARS = 10 * 365 * 24 * 3600


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def site(url: str) -> str:
    """Return an http or https origin in its normal form. Raises ValueError."""
    if not url.lower().startswith(("http://", "https://")):
        raise ValueError(f"{url} is not an origin such as https://app.example.com")
    return origin.normal(url)


def _network(value: Any) -> IPv4Network | IPv6Network:
    try:
        return ipaddress.ip_network(value)
    except ValueError:
        raise ValueError(f"{value} is neither an address nor a network such as 10.0.0.0/8") from None


def _mail_server(url: str) -> str:
    try:
        parts = urlsplit(url)
        known = not url or (parts.scheme in ("smtp", "smtps") and _is_server(parts))
    except ValueError:
        known = False
    if not known:
        # Without the value, which may hold a password.
        raise ValueError("it must look like smtp://user:password@mail.example.com:587, or smtps:// with port 465")
    return url


def _is_server(url: SplitResult) -> bool:
    """Whether `url` names a server and perhaps a login, and nothing else. Raises ValueError for a port out of range."""
    named = bool(url.hostname) and url.port != 0 and bool(url.username) == bool(url.password)
    return named and url.path in ("", "/") and not (url.query or url.fragment)


def _mailbox(sender: str) -> str:
    header: Any = mail_policy.header_factory("From", sender)
    if sender and (header.defects or [bool(each.domain) for each in header.addresses] != [True]):
        raise ValueError(f"{sender!r} is not an address such as App <no-reply@example.com>")
    return sender


def _redis(url: str) -> str:
    if url:
        parse(url)
    return url


def _processes(value: Any) -> Any:
    return usable_cpus() if value == "auto" else value


def usable_cpus() -> int:
    """How many CPUs this process may run on."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


Port = Annotated[int, Field(ge=0, le=65535)]
Processes = Annotated[int, BeforeValidator(_processes), Field(ge=1, le=256)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Secret = Annotated[str, Field(repr=False), AfterValidator(secret.checked)]
URL = Annotated[str, Field(repr=False)]  # which may hold a password
DatabaseName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,63}$")]
RedisURL = Annotated[str, Field(repr=False), AfterValidator(_redis)]
RedisPrefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
MailServer = Annotated[str, Field(repr=False), AfterValidator(_mail_server)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Origins = Annotated[list[Annotated[str, AfterValidator(origin.normal)]], NoDecode, BeforeValidator(_split)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Networks = Annotated[list[Network], NoDecode, BeforeValidator(_split)]
