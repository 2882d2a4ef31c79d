"""What the benchmark says of noise."""

import pytest

from bench.run import Measured
from bench.spread import spread


def test_half_of_what_the_middle_half_spans():
    assert spread([1.0, 2.0, 3.0, 4.0, 100.0]) == 1.0


def test_a_single_round_tells_nothing_of_noise():
    assert spread([1.0]) == 0.0
    assert Measured([1.0]).noise is None


def test_noise_is_a_part_of_the_median():
    assert Measured([9.0, 10.0, 11.0]).noise == pytest.approx(0.05)
