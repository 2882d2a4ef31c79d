"""What the benchmark says of goals, and of what it cannot measure."""

from bench import __main__ as program
from bench.figures import Goal
from bench.report import judge


def test_a_goal_of_nothing_at_all_is_one():
    assert judge(Goal(limit=0), {"ours": 0.0})["reached"]
    assert not judge(Goal(limit=0), {"ours": 0.5})["reached"]


def test_what_cannot_run_is_left_out_and_says_why_once(capsys):
    candidates = {"ours": lambda: None, "node": lambda: "No Node.", "node_redis": lambda: "No Node."}

    assert program.present(candidates, set()) == ["ours"]
    assert program.present(candidates, {"ours"}) == ["ours"]
    assert capsys.readouterr().out == "No Node.\n"
