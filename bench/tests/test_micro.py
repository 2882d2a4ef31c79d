"""The micro-bench runs on the engine as it is, and says what is slower."""

import subprocess
import sys

import pytest

from bench.micro import report
from bench.micro.contest import ROOT, Round
from bench.micro.laps import LAPS


@pytest.mark.skipif(sys.platform != "linux", reason="it pins its processes to a core")
def test_every_lap_runs_on_this_checkout():
    command = [sys.executable, "-m", "bench.micro", "--rounds", "1", "--laps", "1"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert all(lap.title in run.stdout for lap in LAPS.values())


def test_the_other_checkouts_engine_is_what_is_measured(tmp_path):
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").touch()
    adapter = tmp_path / "app.py"
    adapter.write_text("import engine\nraise SystemExit(engine.__file__)\n")
    command = [sys.executable, "-m", "bench.micro.worker", str(tmp_path), str(adapter)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.stderr.strip() == str(tmp_path / "engine" / "__init__.py")


def rounds(*ratios: float) -> list[Round]:
    return [Round((10 * ratio, 10), ratio) for ratio in ratios]


def test_what_costs_over_three_percent_more_in_most_rounds_is_slower():
    found = {"call": rounds(1.04, 1.05, 0.9), "burst": rounds(1.02, 1.03, 1.5), "delivery": rounds(0.8, 0.8, 0.8)}
    assert report.slower(found) == ["call"]


def test_the_table_marks_what_is_slower():
    lines = report.table({"call": rounds(1.04, 1.05, 1.06), "burst": rounds(1.0, 1.0, 1.0)}).splitlines()
    assert [line.endswith("slower") for line in lines] == [False, True, False]
