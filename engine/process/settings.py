"""What the settings of an app mean for each other; which there are stands in its settings.py."""

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import PrivateAttr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.process.checks import site
from engine.process.secret import MAKE_ONE


class EngineSettings(BaseSettings):
    """What checks the settings of an app: each by itself by its type, and here what one means for another."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="forbid", frozen=True)

    if TYPE_CHECKING:
        env: Literal["development", "production"]
        address: str
        port: int
        processes: int
        var_dir: Path
        jwt_secret: str
        mongodb_url: str
        redis_url: str
        redis_prefix: str
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

    @field_validator("max_backlog_bytes", check_fields=False)
    @classmethod
    def _several_messages(cls, size: int, info: Any) -> int:
        if size < 2 * info.data.get("max_message_bytes", 0):
            raise ValueError("it must hold two messages of MAX_MESSAGE_BYTES")
        return size

    @field_validator("public_url", check_fields=False)
    @classmethod
    def _own_origin(cls, url: str, info: Any) -> str:
        if not url and info.data.get("env") == "development":
            return f"http://localhost:{info.data.get('port')}"
        return site(url) if url else url

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := self._missing_in_production():
            raise ValueError(f"ENV=production needs {' and '.join(missing)}.")
        if self.smtp_url and not self.mail_from:
            raise ValueError("SMTP_URL needs MAIL_FROM, whom mails are from (such as App <no-reply@example.com>).")
        if self.processes > 1 and not self.redis_url:
            needed = "REDIS_URL, through which they hear of each other (such as redis://localhost:6379/0)"
            raise ValueError(f"PROCESSES={self.processes} needs {needed}.")
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
