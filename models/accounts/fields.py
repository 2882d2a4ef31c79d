"""What a username, an e-mail and a password may be: types for forms."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from models.accounts.common_passwords import is_common

# The pattern of HTML's <input type="email">, so that browser and server agree; it is ASCII.
EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*"
)
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3: a path has 256 octets, angle brackets included
LONGEST_PASSWORD = 128
LONGEST_TYPED_USERNAME = 100  # before NFKC, whose time grows with the square of the length
# Letters to Unicode, blank to people.
INVISIBLE_LETTERS = "\u115f\u1160\u3164\uffa0"


def normalized(username: str) -> str:
    """How a username is shown: NFKC, so that what looks alike is alike."""
    return unicodedata.normalize("NFKC", username)


def folded(username: str) -> str:
    """How usernames are compared: without case (Unicode 3.13, toNFKC_Casefold's normal form)."""
    return normalized(normalized(username).casefold())


def called(identifier: str) -> dict:
    """The query for the user of this e-mail or username, however it was typed."""
    name = folded(identifier)
    return {"email": name} if "@" in name else {"username_folded": name}


def check_password_of(password: str, username: str, email: str):
    """Raises ValueError for a password that is the user's own name or address, in whatever case."""
    if folded(password) in (folded(username), folded(email), folded(email.partition("@")[0])):
        raise ValueError("This password is your username or your e-mail; choose another")


def _email(given: str) -> str:
    if len(given) > LONGEST_EMAIL or not EMAIL.fullmatch(given):
        raise ValueError("An e-mail looks like ann@example.com")
    return given.lower()


def _username(given: str) -> str:
    username = normalized(given)
    if not 3 <= len(username) <= 30:
        raise ValueError("A username has 3 to 30 characters")
    if not all(_allowed(character) for character in username):
        raise ValueError("A username has only letters, digits and _ . -")
    return username


def _allowed(character: str) -> bool:
    return character in "_.-" or ((character.isalpha() or character.isdecimal()) and character not in INVISIBLE_LETTERS)


def _password(given: str) -> str:
    if is_common(given):
        raise ValueError("This password is too common; choose another")
    return given


Username = Annotated[str, StringConstraints(max_length=LONGEST_TYPED_USERNAME), AfterValidator(_username)]
Email = Annotated[str, AfterValidator(_email)]
TypedPassword = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PASSWORD)]
"""One that may be right: who has one from before other rules is let in."""
Password = Annotated[str, StringConstraints(min_length=8, max_length=LONGEST_PASSWORD), AfterValidator(_password)]
