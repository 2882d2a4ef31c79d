"""The benchmark takes an optimized Python where there is one."""

import pytest

from bench import interpreter

OPTIMIZED = {"optimized": True, "new_enough": True}
PLAIN = {"optimized": False, "new_enough": True}
OLD = {"optimized": True, "new_enough": False}


@pytest.fixture
def here(monkeypatch):
    """`here(python3=PLAIN)` says which Pythons there are, by their commands' last part."""

    def here(**pythons):
        monkeypatch.setattr(interpreter, "CANDIDATES", list(pythons))
        monkeypatch.setattr(interpreter, "ask", pythons.get)

    return here


def test_the_first_optimized_python_is_taken(here, capsys):
    here(first=PLAIN, second=OPTIMIZED, third=OPTIMIZED)
    assert interpreter.choose("") == "second"
    assert capsys.readouterr().err == ""


def test_one_that_is_too_old_is_none(here):
    here(first=OLD, second=OPTIMIZED)
    assert interpreter.choose("") == "second"


def test_a_plain_one_is_taken_where_there_is_no_other_and_that_is_said(here, capsys):
    here(first=PLAIN, second=None)
    assert interpreter.choose("") == "first"
    assert "first is a plain build" in capsys.readouterr().err


def test_the_one_that_is_given_is_taken(here):
    here(first=OPTIMIZED, given=PLAIN)
    assert interpreter.choose("given") == "given"


def test_without_any_it_ends_with_a_sentence(here):
    here(first=OLD, second=None)
    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed"):
        interpreter.choose("")
