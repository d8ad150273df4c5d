from __future__ import annotations

from reporter.model import Run, RunData, RunInfo
from reporter.site.run.reproduce import count_changed_lines, error_html, recipe

DIFF = "--- a/t.py\n+++ b/t.py\n@@ -1 +1,2 @@\n-x = 1\n+x = 2\n+y = 3\n"
TRACEBACK = """Traceback (most recent call last):
  File "/home/ana/train.py", line 88, in step
    raise FloatingPointError("loss is <NaN>")
FloatingPointError: loss is <NaN>
"""


def made(**tags):
    names = {"commit": "mlflow.source.git.commit", "diff": "mlflow.source.git.diff",
             "dirty": "mlflow.source.git.dirty", "command": "reporter.command"}  # fmt: skip
    data = RunData(tags={names[key]: value for key, value in tags.items()})
    return recipe(Run(info=RunInfo(run_id="a" * 32, experiment_id="0"), data=data))


def test_changed_lines_are_counted_without_headers():
    assert count_changed_lines(DIFF) == 3


def test_a_recipe_checks_out_patches_and_runs():
    found = made(commit="a41c", diff=DIFF, dirty="True", command="python t.py --lr 1")
    assert found.commands.splitlines() == [
        "git checkout a41c && git apply run.diff",
        "python t.py --lr 1",
    ]
    assert found.diff == DIFF
    assert found.note == "exact but for 3 uncommitted lines, shown below"


def test_a_clean_recipe_is_exact():
    assert made(commit="a41c", dirty="False", command="x").note == "exact"


def test_what_was_not_recorded_is_said():
    assert made(command="x").note == "no commit was recorded"
    assert "not recorded" in made(commit="a", dirty="True").note
    assert "not recorded" in made(commit="a", diff="(a diff of 9 characters was not recorded)").note


def test_nothing_known_nothing_said():
    assert made().commands == made().note == ""


def test_an_error_names_itself_its_place_and_its_frames():
    html = error_html(TRACEBACK)
    assert html.startswith("<b>FloatingPointError</b>: loss is &lt;NaN&gt;")
    assert "train.py:88 in step" in html
    assert "<NaN>" not in html


def test_no_error_is_nothing():
    assert error_html("") == ""
