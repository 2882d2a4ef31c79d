"""How settings are read and checked; which there are stands in the app's settings.py."""

import ipaddress
import secrets
from collections.abc import Callable
from email.policy import default as mail_policy
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from engine.http import origins

SHORTEST_SECRET_BYTES = 32  # RFC 7518, 3.2: an HS256 key has the size of the hash or more.
TEN_YEARS = 10 * 365 * 24 * 3600
MAKE_ONE = 'make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
S = TypeVar("S", bound="EngineSettings")


class SettingsError(Exception):
    """A setting is missing or wrong. The text says which, and what to do."""


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _site(url: str) -> str:
    if not url.lower().startswith(("http://", "https://")):
        raise ValueError(f"{url} is not an origin such as https://app.example.com")
    return origins.normal(url)


def _network(value: Any) -> IPv4Network | IPv6Network:
    try:
        return ipaddress.ip_network(value)
    except ValueError:
        raise ValueError(f"{value} is neither an address nor a network such as 10.0.0.0/8") from None


def _secret(secret: str) -> str:
    if secret and len(secret.encode()) < SHORTEST_SECRET_BYTES:
        raise ValueError(f"it must have {SHORTEST_SECRET_BYTES} bytes or more; {MAKE_ONE}")
    return secret


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


Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Secret = Annotated[str, Field(repr=False), AfterValidator(_secret)]
URL = Annotated[str, Field(repr=False)]  # which may hold a password
DatabaseName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,63}$")]
MailServer = Annotated[str, Field(repr=False), AfterValidator(_mail_server)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Origins = Annotated[list[Annotated[str, AfterValidator(_site)]], NoDecode, BeforeValidator(_split)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Networks = Annotated[list[Network], NoDecode, BeforeValidator(_split)]


class EngineSettings(BaseSettings):
    """What checks the settings of an app: each by itself by its type, and here what one means for another."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="forbid", frozen=True)

    if TYPE_CHECKING:
        env: Literal["development", "production"]
        address: str
        port: int
        var_dir: Path
        jwt_secret: str
        mongodb_url: str
        smtp_url: str
        mail_from: str
        public_url: str
        confirm_emails: bool
        drain_seconds: float

    _folder: Path = PrivateAttr(default=Path())

    def placed(self, folder: Path) -> Self:
        """The same, with paths from a folder on."""
        placed = self.model_copy(update={"var_dir": folder / self.var_dir})
        placed._folder = folder
        return placed

    @property
    def env_file(self) -> Path:
        """Where lines of settings may stand."""
        return self._folder / ".env"

    @property
    def production(self) -> bool:
        """Whether this is no development."""
        return self.env == "production"

    @field_validator("address", check_fields=False)
    @classmethod
    def _known_address(cls, address: str, info: Any) -> str:
        production = info.data.get("env") == "production"
        if not address:
            return "0.0.0.0" if production else "127.0.0.1"  # noqa: S104
        if address == "localhost":
            return "127.0.0.1"
        try:
            loopback = ipaddress.ip_address(address).is_loopback
        except ValueError:
            raise ValueError(f"{address} is not an IP address") from None
        if not production and not loopback:
            raise ValueError(f"{address} is open to the network, which needs ENV=production")
        return address

    @field_validator("refresh_token_seconds", check_fields=False)
    @classmethod
    def _longest_token(cls, seconds: int, info: Any) -> int:
        if seconds < info.data.get("access_token_seconds", 0):
            raise ValueError("it must not be shorter than ACCESS_TOKEN_SECONDS")
        return seconds

    @field_validator("public_url", check_fields=False)
    @classmethod
    def _own_origin(cls, url: str, info: Any) -> str:
        if not url and info.data.get("env") == "development":
            return f"http://localhost:{info.data.get('port')}"
        return _site(url) if url else url

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := self._missing_in_production():
            raise ValueError(f"ENV=production needs {' and '.join(missing)}.")
        if self.smtp_url and not self.mail_from:
            raise ValueError("SMTP_URL needs MAIL_FROM, whom mails are from (such as App <no-reply@example.com>).")
        return self

    def _missing_in_production(self) -> list[str]:
        needed = {
            f"JWT_SECRET ({MAKE_ONE})": not self.jwt_secret,
            "MONGODB_URL (such as mongodb://db.example.com/?journal=true)": not self.mongodb_url,
            "SMTP_URL, for CONFIRM_EMAILS sends mails (such as smtp://user:password@mail.example.com:587)": (
                self.confirm_emails and not self.smtp_url
            ),
            "PUBLIC_URL, for mails have links (such as https://app.example.com)": (
                bool(self.smtp_url) and not self.public_url
            ),
        }
        return [setting for setting, is_missing in needed.items() if is_missing] if self.production else []


class Place(BaseSettings):
    """Where `.env` and `var/` are, if not beside the app: for tests, and for code on a disk that is read only."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    app_dir: Path | None = None


def load(kind: Callable[..., S], folder: Path) -> S:
    """The settings from the environment and the `.env` of a folder, with a secret for development.

    Paths in them are from that folder on, or from the one that APP_DIR names. Raises SettingsError.
    """
    folder = Place().app_dir or folder
    try:
        settings = kind(_env_file=folder / ".env").placed(folder)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(each) for each in error.errors())) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f".env cannot be read: {error}.") from None
    if settings.jwt_secret:
        return settings
    return settings.model_copy(update={"jwt_secret": _kept_secret(settings.var_dir / "jwt_secret")})


def _sentence(error: Any) -> str:
    reason = str(error.get("ctx", {}).get("error", error["msg"]))
    if not error["loc"]:
        return reason
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return f"{name.upper()} in .env is no setting; .env.example lists all there are."
    return f"{name.upper()} cannot be used: {reason}."


def _kept_secret(file: Path) -> str:
    """A random secret, made once and kept, so that a restart logs nobody out."""
    try:
        if file.exists() and len(file.read_bytes()) >= SHORTEST_SECRET_BYTES:
            return file.read_text()
        secret = secrets.token_urlsafe(48)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secret)
    except OSError as error:
        raise SettingsError(f"VAR_DIR cannot be used: {error}.") from None
    return secret
