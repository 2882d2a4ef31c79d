"""The settings of this app: their defaults, and the file that lists them."""

from pathlib import Path

import pytest

from settings import HERE, Settings, SettingsError, load


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    """Nothing is set, whatever this machine's environment is."""
    monkeypatch.setenv("APP_DIR", str(tmp_path))
    for field in Settings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)


@pytest.fixture
def given(monkeypatch):
    def given(**environment: str) -> Settings:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return load()

    return given


def test_development_needs_no_settings():
    settings = load()
    assert (settings.env, settings.address, settings.port) == ("development", "127.0.0.1", 8888)


def test_they_are_found_beside_app_py():
    assert (HERE / "app.py").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCESS_TOKEN_SECONDS", "0"),
        ("REFRESH_TOKEN_SECONDS", "3599"),
        ("REFRESH_TOKEN_SECONDS", "1000000000"),
        ("RATE_LIMITS", "10"),
        ("MAX_MESSAGE_BYTES", "64K"),
        ("MAX_BACKLOG_BYTES", "1999999"),
        ("REDIS_URL", "redis.example.com"),
        ("REDIS_URL", "redis://secret@redis.example.com"),
        ("REDIS_PREFIX", "my app"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name_in_one_sentence(name, value, given):
    with pytest.raises(SettingsError, match=rf"^{name} cannot be used: .*\.$"):
        given(**{name: value})


def test_the_example_lists_exactly_the_settings_there_are(given):
    lines = Path(__file__).parent.parent.joinpath(".env.example").read_text().splitlines()
    listed = dict(line[1:].split("=", 1) for line in lines if line.startswith("#") and not line.startswith("# "))
    assert list(listed) == [field.upper() for field in Settings.model_fields]
    assert given(**listed) == load()
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    shown = {name: "" if value in ("", [], None) else str(value).lower() for name, value in defaults.items()}
    assert listed == {name.upper(): value for name, value in shown.items()}
