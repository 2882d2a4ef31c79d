"""The mails that accounts send: what stands in them. Yours to rewrite; they are plain text."""

from typing import NamedTuple


class Letter(NamedTuple):
    """What `mailer.post(to, *letter)` sends."""

    subject: str
    text: str


def reset_password(link: str) -> Letter:
    """For whoever forgot their password; the link works once, for an hour."""
    return Letter(
        "Choose a new password",
        "Somebody, we hope you, asked for a new password for your account. Choose it here, within an hour:\n\n"
        f"{link}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n",
    )


def confirm_email(link: str) -> Letter:
    """To a new address; the link proves that whoever gave it reads its mail."""
    return Letter(
        "Confirm your e-mail address",
        "Somebody, we hope you, gave this address for an account. Confirm it here:\n\n"
        f"{link}\n\n"
        "If it was not you, do nothing: nobody can use the address without the link.\n",
    )


def password_changed() -> Letter:
    """Told whoever owns the account, in case somebody else did it."""
    return Letter(
        "Your password was changed",
        "The password of your account was changed, and all other devices were signed out.\n\n"
        'If it was not you, choose a new one at once: "Forgot your password?" brings you a link to this address.\n',
    )


def email_changed(new: str) -> Letter:
    """Sent to the old address, whose owner may know nothing of it."""
    return Letter(
        "Your e-mail address was changed",
        f"Your account's e-mail address is now {new}. You get no more mails about it at this one.\n\n"
        "If it was not you, answer to whoever runs this site: somebody knows your password.\n",
    )
