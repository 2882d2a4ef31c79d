"""What everybody chooses is no password."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.accounts.common_passwords import _common, is_common

ROOT = Path(__file__).parents[3]

COST = """
import resource, time
from models.accounts.common_passwords import is_common
before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
assert is_common("password")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, time.perf_counter() - started)
"""


@pytest.mark.parametrize("password", ["password", "PassWord", "12345678", "qwertyuiop", "ILOVEYOU", "passw0rd"])
def test_what_many_choose_is_common_in_whatever_case(password):
    assert is_common(password)


@pytest.mark.parametrize("password", ["correct horse", "passwordd", "password ", "", "\x00", "\ud800", "ä" * 128])
def test_what_few_choose_is_not(password):
    assert not is_common(password)


def test_all_that_can_be_chosen_of_the_commonest_are_known():
    assert len(_common()) > 3000
    assert all(len(password) >= 8 and password == password.lower() for password in _common())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="macOS measures in other units")
def test_knowing_them_costs_little():
    ended = subprocess.run([sys.executable, "-c", COST], cwd=ROOT, check=True, capture_output=True, text=True)
    kilobytes, seconds = map(float, ended.stdout.split())
    assert kilobytes < 8 * 1024
    assert seconds < 0.25
