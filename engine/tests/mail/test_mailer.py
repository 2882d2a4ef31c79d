"""Mails arrive as they were written, hold nobody up, and leave no trace of what stands in them."""

import asyncio
import logging
import shutil
import ssl
import subprocess
from typing import NamedTuple

import pytest

from engine.mail import mailer as mail
from engine.mail import server as mail_server
from engine.mail.mailer import Mailer
from engine.testing.programs import needed


class Letter(NamedTuple):
    """A mail to send."""

    subject: str
    text: str


LINK = "https://app.example.com/#reset=s3cret-code"
LETTER = Letter("Choose a new password", f"Choose it here:\n\n{LINK}\n")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(mail, "PAUSES_SECONDS", (0.01, 0.01))


@pytest.fixture
def mailer():
    """`mailer(url)` is one that sends to this server."""

    def mailer(url: str, production: bool = True) -> Mailer:
        return Mailer(url, "App <app@example.com>", "https://app.example.com", production)

    return mailer


@pytest.fixture
def post(mailer, mailbox):
    """The mailer of an app whose mails go to the mailbox."""
    return mailer(mailbox.settings["smtp_url"])


async def test_a_mail_arrives_as_it_was_written(post, mailbox):
    post.post("ann@example.com", "Grüße", f"Schöne Grüße\n\n{LINK}{'x' * 200}\n")
    arrived = await mailbox.next("ann@example.com")
    assert (arrived.sender, arrived.to) == ("app@example.com", ["ann@example.com"])
    assert (arrived.subject, arrived.text) == ("Grüße", f"Schöne Grüße\n\n{LINK}{'x' * 200}\n")
    assert arrived.headers["From"] == "App <app@example.com>"
    assert arrived.headers["Auto-Submitted"] == "auto-generated"
    assert arrived.headers["Message-ID"].strip("<>").endswith("@example.com")
    assert arrived.headers["Date"].datetime is not None


@pytest.mark.parametrize("to", ["ann..b.@example.com", "o'neil+tag@example.com", "a`{|}~%!@x"])
async def test_whatever_the_form_takes_for_an_address_can_be_written_to(post, mailbox, to):
    post.post(to, *LETTER)
    await post.idle(5)
    [arrived] = mailbox.mails
    assert arrived.headers["To"].addresses[0].domain == to.partition("@")[2]
    assert arrived.to[0].replace('"', "") == to


@pytest.mark.parametrize(
    "to",
    [
        "ann@example.com\r\nBcc: eve@example.com",
        "ann@example.com, eve@example.com",
        "ann@example.com> RCPT TO:<eve@example.com",
        '"ann@example.com, eve"@example.com',
        "=?utf-8?q?ann=40example.com=2C_eve?=@example.com",
        "=?utf-8?q?a=0d=0aBcc:_eve=40example.com?=@example.com",
        "Ann <ann@example.com>",
        "ann@example.com\0",
        "ann",
        "",
    ],
)
async def test_an_address_cannot_smuggle_in_anything_else(post, mailbox, to, caplog):
    post.post(to, *LETTER)
    await post.idle(5)
    assert mailbox.mails == []
    assert [record.getMessage() for record in caplog.records] == ["A mail could not be written: ValueError"]


async def test_nobody_waits_for_a_server_that_does_not_answer(mailer):
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    mailer = mailer(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    for _ in range(10):
        mailer.post("ann@example.com", *LETTER)
    async with asyncio.timeout(10):
        await mailer.idle(0.1)
    server.close()


async def test_only_so_many_wait(mailer, mailbox, monkeypatch, caplog):
    monkeypatch.setattr(mail, "MOST_UNSENT", 3)
    mailer = mailer(mailbox.settings["smtp_url"])
    for _ in range(5):
        mailer.post("ann@example.com", *LETTER)
    await mailer.idle(5)
    assert len(mailbox.mails) == 3
    assert [record.getMessage()[:18] for record in caplog.records] == ["A mail was dropped"] * 2


async def test_what_fails_for_now_is_tried_again(post, mailbox, caplog):
    mailbox.answers = ["451 4.7.1 Greylisted, come back later"]
    post.post("ann@example.com", *LETTER)
    assert (await mailbox.next("ann@example.com")).subject == LETTER.subject
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_a_server_that_is_away_is_tried_again_and_then_given_up(mailer, caplog):
    mailer = mailer("smtp://127.0.0.1:9")
    mailer.post("ann@example.com", *LETTER)
    await asyncio.gather(*mailer.unsent)
    waiting, given_up = [record.getMessage() for record in caplog.records]
    assert waiting.startswith("Mails wait; of the server of SMTP_URL: Error connecting to 127.0.0.1 on port 9")
    assert given_up.startswith(
        "A mail was not sent; of the server of SMTP_URL: Error connecting to 127.0.0.1 on port 9"
    )


async def test_what_fails_for_good_is_given_up_with_one_line_that_repeats_nothing_of_it(post, mailbox, caplog):
    mailbox.answers = [f"554 5.7.1 I do not like {LINK} in it"]
    post.post("ann@example.com", *LETTER)
    await post.idle(5)
    assert mailbox.mails == mailbox.answers == []
    assert [(record.levelno, record.getMessage()) for record in caplog.records if record.name == mail.__name__] == [
        (logging.ERROR, "A mail was not sent; of the server of SMTP_URL: it answers 554 5.7.1 to the mail")
    ]


async def test_at_a_stop_what_waits_for_another_try_has_it_at_once(post, mailbox, monkeypatch):
    monkeypatch.setattr(mail, "PAUSES_SECONDS", (60,))
    mailbox.answers = ["451 Later"]
    post.post("ann@example.com", *LETTER)
    while not post.failing:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    await post.idle(5)
    assert len(mailbox.mails) == 1


async def test_without_a_server_development_prints_its_mails(mailer, capsys, caplog):
    mailer("", production=False).post("ann@example.com", *LETTER)
    printed = capsys.readouterr().out
    assert f"Mail to ann@example.com: {LETTER.subject}" in printed
    assert LETTER.text in printed
    assert caplog.records == []


async def test_without_a_server_production_says_what_to_set(mailer, capsys, caplog):
    mailer("").post("ann@example.com", *LETTER)
    [record] = caplog.records
    assert "SMTP_URL" in record.getMessage()
    assert "s3cret" not in record.getMessage() + capsys.readouterr().out


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
class TestWithALogin:
    @pytest.fixture
    def mailbox(self, open_mailbox):
        return open_mailbox(password="p@ss word")

    async def test_the_app_logs_in(self, mailer, mailbox):
        mailer(f"smtp://app:p%40ss%20word@127.0.0.1:{mailbox.port}").post("ann@example.com", *LETTER)
        assert (await mailbox.next("ann@example.com")).subject == LETTER.subject

    async def test_a_wrong_password_is_no_reason_to_try_again_and_is_not_logged(self, mailer, mailbox, caplog):
        mailer = mailer(f"smtp://app:hunter2@127.0.0.1:{mailbox.port}")
        mailer.post("ann@example.com", *LETTER)
        await mailer.idle(5)
        ours = [record.getMessage() for record in caplog.records if record.name == mail.__name__]
        assert ours == ["A mail was not sent; of the server of SMTP_URL: it answers 535 5.7.8 to our login"]
        assert not any("hunter2" in record.getMessage() for record in caplog.records)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The files of a key and of its certificate, which nobody trusts by himself."""
    openssl = needed(shutil.which("openssl"), "openssl: sudo apt-get install openssl")
    folder = tmp_path_factory.mktemp("certificate")
    key, file = folder / "key.pem", folder / "certificate.pem"
    make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([openssl, *make.split(), *names, "-keyout", key, "-out", file], check=True, capture_output=True)
    return key, file


@pytest.fixture
def tls(certificate):
    key, file = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, key)
    return context


@pytest.fixture
def trusted(certificate, monkeypatch):
    """This machine trusts the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))


class TestWithTlsFromTheStart:
    @pytest.fixture
    def mailbox(self, open_mailbox, tls):
        return open_mailbox(ssl=tls)

    @pytest.mark.usefixtures("trusted")
    async def test_mails_arrive(self, mailer, mailbox):
        mailer(f"smtps://127.0.0.1:{mailbox.port}").post("ann@example.com", *LETTER)
        assert (await mailbox.next("ann@example.com")).subject == LETTER.subject

    async def test_nothing_is_sent_to_a_server_with_a_certificate_that_nobody_trusts(self, mailer, mailbox, caplog):
        mailer = mailer(f"smtps://127.0.0.1:{mailbox.port}")
        mailer.post("ann@example.com", *LETTER)
        await mailer.idle(5)
        assert mailbox.mails == []
        assert "certificate verify failed" in caplog.text


class TestWithStarttls:
    @pytest.fixture(autouse=True)
    def elsewhere(self, monkeypatch):
        """Servers on this machine need no TLS; this one shall be on another."""
        monkeypatch.setattr(mail_server, "is_here", lambda host: False)

    @pytest.fixture
    def mailbox(self, open_mailbox, tls):
        return open_mailbox(password="hunter2", tls_context=tls, auth_require_tls=True)

    @pytest.mark.usefixtures("trusted")
    async def test_mails_arrive_and_the_password_with_them(self, mailer, mailbox):
        mailer(f"smtp://app:hunter2@127.0.0.1:{mailbox.port}").post("ann@example.com", *LETTER)
        assert (await mailbox.next("ann@example.com")).subject == LETTER.subject

    async def test_a_password_is_not_sent_to_a_server_that_nobody_trusts(self, mailer, mailbox):
        mailer = mailer(f"smtp://app:hunter2@127.0.0.1:{mailbox.port}")
        mailer.post("ann@example.com", *LETTER)
        await mailer.idle(5)
        assert mailbox.logins == mailbox.mails == []


class TestWithAServerThatHasNoTls:
    async def test_nothing_is_sent_unless_it_is_on_this_machine(self, mailer, mailbox, monkeypatch, caplog):
        monkeypatch.setattr(mail_server, "is_here", lambda host: False)
        mailer = mailer(mailbox.settings["smtp_url"])
        mailer.post("ann@example.com", *LETTER)
        await mailer.idle(5)
        assert mailbox.mails == []
        assert "STARTTLS" in caplog.text
