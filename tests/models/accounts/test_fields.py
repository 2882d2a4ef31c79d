"""What a username, an e-mail and a password may be."""

import pytest
from pydantic import TypeAdapter, ValidationError

from models.accounts.fields import Email, Password, Username, check_password_of, folded


@pytest.mark.parametrize("name", ["ann", "Ann_B.c-9", "x" * 30, "Ærøskøbing", "たなか", "иван", "ﬁona"])
def test_a_username_is_letters_digits_and_a_few_marks(name):
    TypeAdapter(Username).validate_python(name)


@pytest.mark.parametrize(
    "name",
    [
        "an",
        "x" * 31,
        "a b",
        "ann@x.org",
        "ann\x00",
        "ann\u200b",
        "ann\u1160",
        "ann\u202e",
        "a/b",
        "",
        "x\u0301\u0301",
        "½½½",
    ],
)
def test_a_username_is_nothing_else(name):
    with pytest.raises(ValidationError):
        TypeAdapter(Username).validate_python(name)


def test_usernames_that_look_alike_are_alike():
    assert TypeAdapter(Username).validate_python("ﬁona") == "fiona"
    assert folded("FIONA") == folded("ﬁona") == folded("Fiona")
    assert folded("STRASSE") == folded("straße")


@pytest.mark.parametrize("email", ["a@b", "Ann.B+tag@Example.com", "o'neil@mail.example.org", "x" * 64 + "@x.org"])
def test_an_email_is_what_a_browser_takes_for_one(email):
    assert TypeAdapter(Email).validate_python(email) == email.lower()


@pytest.mark.parametrize(
    "email",
    ["", "ann", "@x.org", "ann@", "a@b@c", "a b@x.org", "ann@x..org", "ann@-x.org", "ann@x.org\n", "ann@[1.1.1.1]",
     "x" * 65 + "@x.org", "a@" + ".".join(["x" * 60] * 5), "änn@x.org", "ann@x.org\x00"],
)  # fmt: skip
def test_an_email_is_nothing_else(email):
    with pytest.raises(ValidationError):
        TypeAdapter(Email).validate_python(email)


@pytest.mark.parametrize(
    ("password", "good"), [("x" * 7, False), ("x" * 8, True), ("ä" * 128, True), ("x" * 129, False)]
)
def test_a_password_has_eight_to_128_characters(password, good):
    try:
        TypeAdapter(Password).validate_python(password)
    except ValidationError:
        assert not good
    else:
        assert good


@pytest.mark.parametrize("password", ["password1", "PASSWORD1", "trustno1"])
def test_a_new_password_is_none_of_the_commonest(password):
    with pytest.raises(ValidationError, match="This password is too common; choose another"):
        TypeAdapter(Password).validate_python(password)


@pytest.mark.parametrize("password", ["annabella", "AnnaBella", "anna.b@example.com", "Anna.B", "\uff41nnabella"])
def test_a_password_is_not_the_name_or_the_address_of_its_user(password):
    with pytest.raises(ValueError, match="This password is your username or your e-mail; choose another"):
        check_password_of(password, "Annabella", "anna.b@example.com")


@pytest.mark.parametrize("password", ["annabella is me", "example.com", "correct horse"])
def test_a_password_may_have_them_in_it(password):
    check_password_of(password, "Annabella", "anna.b@example.com")
