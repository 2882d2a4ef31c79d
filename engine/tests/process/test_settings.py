"""What may stand in the environment and in `.env`, and in which sentence everything else is refused."""

import stat
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from engine.process import SettingsError, checks
from engine.process import load as read
from engine.process.settings import EngineSettings

PRODUCTION = {"ENV": "production", "JWT_SECRET": "s" * 32, "MONGODB_URL": "mongodb://localhost/"}


class Settings(EngineSettings):
    """The settings of an app."""

    env: Literal["development", "production"] = "development"
    address: str = ""
    port: checks.Port = 8888
    processes: checks.Processes = 1
    var_dir: Path = Path("var")
    jwt_secret: checks.Secret = ""
    access_token_seconds: int = 3600
    refresh_token_seconds: Annotated[int, Field(le=checks.TEN_YEARS)] = 7200
    mongodb_url: checks.URL = ""
    mongodb_database: checks.DatabaseName = "app"
    redis_url: checks.RedisURL = ""
    smtp_url: checks.MailServer = ""
    mail_from: checks.Mailbox = ""
    public_url: str = ""
    confirm_emails: bool = False
    cors_origins: checks.Origins = []  # noqa: RUF012
    trusted_proxies: checks.Networks = []  # noqa: RUF012
    drain_seconds: checks.Seconds = 10


@pytest.fixture
def load(tmp_path):
    """Read them, in a folder of the test's own."""
    return lambda folder=tmp_path: read(Settings, folder)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    """Nothing is set, whatever this machine's environment is."""
    for name in ("APP_DIR", *map(str.upper, Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def given(monkeypatch, load):
    def given(**environment: str) -> Settings:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return load()

    return given


@pytest.fixture
def refusal(given):
    """The sentence with which these settings are refused."""

    def refusal(**environment: str) -> str:
        with pytest.raises(SettingsError) as refused:
            given(**environment)
        return str(refused.value)

    return refusal


def test_a_secret_of_development_is_random_private_and_kept(load, tmp_path):
    secret = load().jwt_secret
    assert len(secret) >= 48
    assert load().jwt_secret == secret
    assert stat.S_IMODE((tmp_path / "var" / "jwt_secret").stat().st_mode) == 0o600


def test_each_folder_has_another_secret(given):
    assert given(VAR_DIR="one").jwt_secret != given(VAR_DIR="two").jwt_secret


def test_a_secret_that_was_cut_short_is_made_anew(load, tmp_path):
    load()
    (tmp_path / "var" / "jwt_secret").write_text("")
    assert len(load().jwt_secret) >= 48


def test_a_secret_is_not_shown_when_settings_are_printed(given):
    smtp = {"SMTP_URL": "smtp://anna:hidden@localhost", "MAIL_FROM": "app@example.com"}
    settings = given(JWT_SECRET="hidden-" * 8, MONGODB_URL="mongodb://anna:hidden@localhost/", **smtp)
    assert "hidden" not in repr(settings)


def test_dot_env_is_read_and_the_environment_wins(given, tmp_path):
    (tmp_path / ".env").write_text("PORT=9000\nACCESS_TOKEN_SECONDS=60\n")
    settings = given(PORT="9001")
    assert (settings.port, settings.access_token_seconds) == (9001, 60)


def test_paths_are_from_the_folder_of_the_app_on_whatever_the_working_directory(given, monkeypatch, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".env").write_text("VAR_DIR=data\n")
    monkeypatch.chdir(elsewhere)
    assert given().var_dir == tmp_path / "data"
    assert given(VAR_DIR="/srv/data", JWT_SECRET="s" * 32).var_dir == Path("/srv/data")
    assert given().env_file == tmp_path / ".env"
    assert not list(elsewhere.iterdir())


def test_another_folder_can_be_named(given, load, tmp_path):
    (tmp_path / ".env").write_text("PORT=9000\n")
    settings = given(APP_DIR=str(tmp_path / "other"))
    assert (settings.port, settings.var_dir) == (8888, tmp_path / "other" / "var")


def test_an_empty_value_is_the_default(given):
    assert given(PORT="", JWT_SECRET="", CORS_ORIGINS="").port == 8888


def test_an_unknown_name_in_dot_env_is_refused(tmp_path, refusal):
    (tmp_path / ".env").write_text("PROT=9000\n")
    assert refusal() == "PROT in .env is no setting; .env.example lists all there are."


def test_dot_env_that_is_no_text_is_refused(tmp_path, refusal):
    (tmp_path / ".env").write_bytes(b"PORT=\xff")
    assert refusal().startswith(".env cannot be read: ")


def test_lists_are_comma_separated(given):
    settings = given(CORS_ORIGINS="https://a.example, http://localhost:3000", TRUSTED_PROXIES="10.0.0.0/8,::1")
    assert settings.cors_origins == ["https://a.example", "http://localhost:3000"]
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]


def test_origins_are_listed_in_their_normal_form(given):
    settings = given(CORS_ORIGINS="https://A.example:443,wss://b.example,capacitor://localhost,file://")
    assert settings.cors_origins == ["https://a.example", "https://b.example", "capacitor://localhost", "file://"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENV", "prod"),
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PROCESSES", "0"),
        ("PROCESSES", "many"),
        ("ADDRESS", "example.com"),
        ("REFRESH_TOKEN_SECONDS", "3599"),
        ("REFRESH_TOKEN_SECONDS", "1000000000"),
        ("MONGODB_DATABASE", "a.b"),
        ("SMTP_URL", "mail.example.com"),
        ("SMTP_URL", "http://mail.example.com"),
        ("SMTP_URL", "smtp://:587"),
        ("SMTP_URL", "smtp://mail.example.com:0"),
        ("SMTP_URL", "smtp://mail.example.com:70000"),
        ("SMTP_URL", "smtp://anna@mail.example.com"),
        ("SMTP_URL", "smtp://mail.example.com/path"),
        ("SMTP_URL", "smtp://mail.example.com?tls=no"),
        ("MAIL_FROM", "app"),
        ("MAIL_FROM", "App <app@>"),
        ("MAIL_FROM", "app@example.com, evil@example.com"),
        ("MAIL_FROM", "app@example.com\nBcc: evil@example.com"),
        ("PUBLIC_URL", "app.example.com"),
        ("PUBLIC_URL", "https://app.example.com/path"),
        ("PUBLIC_URL", "ftp://app.example.com"),
        ("CONFIRM_EMAILS", "perhaps"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "null"),
        ("CORS_ORIGINS", "https://*.example.com"),
        ("CORS_ORIGINS", "https://a.example/"),
        ("CORS_ORIGINS", "https://a.example:99999"),
        ("CORS_ORIGINS", "https://bücher.example"),
        ("CORS_ORIGINS", "http://127.1"),
        ("CORS_ORIGINS", "https://a.example/path"),
        ("CORS_ORIGINS", "https://a.example,b.example"),
        ("CORS_ORIGINS", "https://[::1"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "proxy"),
        ("DRAIN_SECONDS", "-1"),
        ("DRAIN_SECONDS", "inf"),
        ("JWT_SECRET", "short"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name_in_one_sentence(name, value, refusal):
    sentence = refusal(**{name: value})
    assert sentence.startswith(f"{name} cannot be used: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_secret_that_is_too_short_is_not_repeated(refusal):
    assert "hunter2" not in refusal(JWT_SECRET="hunter2")


@pytest.mark.parametrize("url", ["smtp://anna:hunter2@", "smtp://anna:hunter2@mail:x", "http://anna:hunter2@mail"])
def test_the_password_of_a_mail_server_is_not_repeated(url, refusal):
    assert "hunter2" not in refusal(SMTP_URL=url)


def test_every_wrong_value_is_named(refusal):
    sentences = refusal(PORT="http", ENV="prod").splitlines()
    assert [sentence.split()[0] for sentence in sentences] == ["ENV", "PORT"]


def test_a_folder_that_cannot_be_made_is_refused(refusal, tmp_path):
    (tmp_path / "file").touch()
    assert refusal(VAR_DIR="file").startswith("VAR_DIR cannot be used: ")


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "::"])
def test_development_is_not_open_to_the_network(address, refusal):
    assert "ENV=production" in refusal(ADDRESS=address)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_development_may_listen_on_any_loopback_address(address, given):
    assert given(ADDRESS=address).address in (address, "127.0.0.1")


def test_production_listens_on_every_interface(given):
    assert given(**PRODUCTION).address == "0.0.0.0"


@pytest.mark.parametrize("missing", ["JWT_SECRET", "MONGODB_URL"])
def test_production_does_not_start_without(missing, refusal):
    rest = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert refusal(**rest).startswith(f"ENV=production needs {missing} ")


def test_production_names_all_that_is_missing_and_how_to_make_it(refusal):
    sentence = refusal(ENV="production")
    assert "JWT_SECRET" in sentence
    assert "MONGODB_URL" in sentence
    assert 'python -c "import secrets; print(secrets.token_urlsafe(48))"' in sentence


def test_mails_need_somebody_they_are_from(refusal):
    assert refusal(SMTP_URL="smtp://localhost:25").startswith("SMTP_URL needs MAIL_FROM")


def test_production_needs_to_know_where_links_in_mails_lead(given, refusal):
    mail = {"SMTP_URL": "smtps://anna:s3cret@mail.example.com", "MAIL_FROM": "App <app@example.com>"}
    assert refusal(**PRODUCTION, **mail).startswith("ENV=production needs PUBLIC_URL")
    assert given(PUBLIC_URL="https://App.example.com").public_url == "https://app.example.com"


def test_production_cannot_ask_for_confirmed_addresses_without_a_mail_server(refusal):
    assert refusal(**PRODUCTION, CONFIRM_EMAILS="true").startswith("ENV=production needs SMTP_URL")


def test_links_in_mails_of_development_lead_to_this_machine(given):
    assert given(PORT="9000", CONFIRM_EMAILS="true").public_url == "http://localhost:9000"


def test_several_processes_need_a_redis(given, refusal):
    assert given().processes == 1
    assert refusal(PROCESSES="2").startswith("PROCESSES=2 needs REDIS_URL, through which they hear of each other")
    assert given(PROCESSES="2", REDIS_URL="redis://localhost:6379/0").processes == 2


def test_as_many_processes_as_there_are_cpus(given, monkeypatch):
    monkeypatch.setattr(checks, "usable_cpus", lambda: 7)
    assert given(PROCESSES="auto", REDIS_URL="redis://localhost:6379/0").processes == 7


def test_production_makes_no_secret_of_its_own(refusal, tmp_path):
    refusal(ENV="production")
    assert not (tmp_path / "var").exists()
