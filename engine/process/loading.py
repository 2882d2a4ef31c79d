"""How settings are read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.process import secret
from engine.process.settings import EngineSettings

S = TypeVar("S", bound=EngineSettings)


class SettingsError(Exception):
    """A setting is missing or wrong. The text says which, and what to do."""


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
    return settings if settings.jwt_secret else _with_a_secret(settings)


def _with_a_secret(settings: S) -> S:
    try:
        return settings.model_copy(update={"jwt_secret": secret.kept(settings.var_dir / "jwt_secret")})
    except OSError as error:
        raise SettingsError(f"VAR_DIR cannot be used: {error}.") from None


def _sentence(error: Any) -> str:
    reason = str(error.get("ctx", {}).get("error", error["msg"]))
    if not error["loc"]:
        return reason
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return f"{name.upper()} in .env is no setting; .env.example lists all there are."
    return f"{name.upper()} cannot be used: {reason}."
