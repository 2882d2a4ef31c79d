"""Every setting: an environment variable of the same name in capitals, or a line of `.env`. Yours to add to.

A new field is a new variable; `.env.example` lists it too. Handlers find the settings in `self.settings`.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from engine.limits import Limits
from engine.process import checks, loading
from engine.process.loading import SettingsError
from engine.process.settings import EngineSettings

__all__ = ["Settings", "SettingsError", "load"]

HERE = Path(__file__).parent


class Settings(EngineSettings):
    """The settings of a process, checked."""

    env: Literal["development", "production"] = "development"
    address: str = ""
    port: checks.Port = 8888
    processes: checks.Processes = 1
    var_dir: Path = Path("var")
    jwt_secret: checks.Secret = ""
    access_token_seconds: Annotated[int, Field(ge=1)] = 3600
    refresh_token_seconds: Annotated[int, Field(le=checks.TEN_YEARS)] = 30 * 24 * 3600
    mongodb_url: checks.URL = ""
    mongodb_database: checks.DatabaseName = "app"
    redis_url: checks.RedisURL = ""
    redis_prefix: checks.RedisPrefix = "realtime"
    smtp_url: checks.MailServer = ""
    mail_from: checks.Mailbox = ""
    public_url: str = ""
    confirm_emails: bool = False
    cors_origins: checks.Origins = []
    trusted_proxies: checks.Networks = []
    rate_limits: bool = True
    max_connections: Annotated[int, Field(ge=1)] | None = None
    max_message_bytes: Annotated[int, Field(ge=1024)] = 1000000
    max_unaccepted_message_bytes: Annotated[int, Field(ge=1024)] = 65536
    max_unhandled_bytes: Annotated[int, Field(ge=1000000)] = 64000000
    max_backlog_bytes: Annotated[int, Field(ge=65536)] = 5000000
    max_events_per_second: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 100
    recovery_seconds: checks.Seconds = 120
    recovery_bytes: Annotated[int, Field(ge=65536)] = 64 * 1024 * 1024
    drain_seconds: checks.Seconds = 10

    @property
    def socket_limits(self) -> Limits:
        """What one client may cost; engine/limits.py has all of it."""
        return Limits(
            message_bytes=self.max_message_bytes,
            unaccepted_message_bytes=self.max_unaccepted_message_bytes,
            unhandled_bytes=self.max_unhandled_bytes,
            backlog_bytes=self.max_backlog_bytes,
            events_per_second=self.max_events_per_second,
            recovery_seconds=self.recovery_seconds,
            recovery_bytes=self.recovery_bytes,
        )


def load(folder: Path = HERE) -> Settings:
    """The settings from the environment and the `.env` of a folder, where `var_dir` is, too. Raises SettingsError."""
    return loading.load(Settings, folder)
