"""Every setting: an environment variable of the same name in capitals, or a line of `.env`; see `.env.example`."""

import ipaddress
import secrets
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SHORTEST_SECRET_BYTES = 32  # RFC 7518, 3.2: an HS256 key has the size of the hash or more.
MAKE_ONE = 'make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'


class SettingsError(Exception):
    """A setting is missing or wrong. The text says which, and what to do."""


def _split(value):
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or value != f"{parts.scheme}://{parts.netloc}":
        raise ValueError(f"{value} is not an origin such as https://app.example.com")
    return value.lower()


def _network(value) -> IPv4Network | IPv6Network:
    try:
        return ipaddress.ip_network(value)
    except ValueError:
        raise ValueError(f"{value} is neither an address nor a network such as 10.0.0.0/8") from None


Origins = Annotated[list[Annotated[str, AfterValidator(_origin)]], NoDecode, BeforeValidator(_split)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Networks = Annotated[list[Network], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """The settings of a process, checked. `load()` also finds a secret for development."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="forbid", frozen=True)

    env: Literal["development", "production"] = "development"
    address: str = ""
    port: int = Field(8888, ge=0, le=65535)
    var_dir: Path = Path("var")
    jwt_secret: str = Field("", repr=False)
    access_token_seconds: int = Field(3600, ge=1)
    mongodb_url: str = Field("", repr=False)
    mongodb_database: str = Field("app", pattern=r"^[A-Za-z0-9_-]{1,63}$")
    cors_origins: Origins = []
    trusted_proxies: Networks = []
    max_message_bytes: int = Field(65536, ge=1024)
    max_backlog_bytes: int = Field(1024 * 1024, ge=65536)
    max_events_per_second: float = Field(100, gt=0, allow_inf_nan=False)
    drain_seconds: float = Field(10, ge=0, allow_inf_nan=False)

    @property
    def production(self) -> bool:
        return self.env == "production"

    @field_validator("address")
    @classmethod
    def _known_address(cls, address: str, info) -> str:
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

    @field_validator("jwt_secret")
    @classmethod
    def _long_secret(cls, secret: str) -> str:
        if secret and len(secret.encode()) < SHORTEST_SECRET_BYTES:
            raise ValueError(f"it must have {SHORTEST_SECRET_BYTES} bytes or more; {MAKE_ONE}")
        return secret

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = []
        if self.production and not self.jwt_secret:
            missing.append(f"JWT_SECRET ({MAKE_ONE})")
        if self.production and not self.mongodb_url:
            missing.append("MONGODB_URL (such as mongodb://db.example.com/?journal=true)")
        if missing:
            raise ValueError(f"ENV=production needs {' and '.join(missing)}.")
        return self


def load() -> Settings:
    """The settings from the environment and `.env`. Raises SettingsError."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(map(_sentence, error.errors()))) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f".env cannot be read: {error}.") from None
    if settings.jwt_secret:
        return settings
    return settings.model_copy(update={"jwt_secret": _kept_secret(settings.var_dir / "jwt_secret")})


def _sentence(error: dict) -> str:
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
