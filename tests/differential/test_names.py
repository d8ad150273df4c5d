"""MLflow's public names, frozen by ``freeze_names.py``: here with its arguments, or explained."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

import reporter
from reporter.tracking.absent import reason_for

ROOT = Path(__file__).resolve().parents[2]
FROZEN = json.loads((ROOT / "tests" / "shared" / "names_mlflow.json").read_text("utf-8"))
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
OWNERS = {
    "module": reporter,
    "client": reporter.MlflowClient(),
    "artifacts": reporter.artifacts,
    "data": reporter.data,
}
NAMES = [(place, name) for place in OWNERS for name in FROZEN[place]]
# Arguments whose default is another on purpose: here one may not leave the data set out.
OTHER_DEFAULTS = {("module", "log_input", "dataset")}


def is_here(place, name):
    return hasattr(OWNERS[place], name)


@pytest.mark.parametrize(("place", "name"), [pair for pair in NAMES if is_here(*pair)])
def test_arguments_are_mlflows_in_name_order_and_default(place, name):
    theirs = FROZEN[place][name]
    value = getattr(OWNERS[place], name)
    if theirs is None or inspect.isclass(value) or inspect.ismodule(value):
        return
    theirs = [one for one in theirs if one[0] != "self" and not one[1].startswith("VAR")]
    ours = inspect.signature(value).parameters
    assert [one[0] for one in theirs if one[0] not in ours] == []
    positional = [one[0] for one in theirs if one[1] == "POSITIONAL_OR_KEYWORD"]
    assert [one for one in ours if one in positional] == positional
    other = {
        argument: repr(ours[argument].default)
        for argument, _, default in theirs
        if default is not None
        and repr(ours[argument].default) != default
        and (place, name, argument) not in OTHER_DEFAULTS
    }
    assert other == {}


@pytest.mark.parametrize(("place", "name"), [pair for pair in NAMES if not is_here(*pair)])
def test_a_name_that_is_absent_says_what_to_do(place, name):
    sentence = reason_for(name)
    assert sentence.endswith(".")
    with pytest.raises(AttributeError) as caught:
        getattr(OWNERS[place], name)
    assert f"no attribute {name!r}. {sentence}" in str(caught.value)


def test_every_name_that_is_here_stands_in_the_table():
    ours = [name for place, name in NAMES if place == "module" and is_here(place, name)]
    assert [name for name in ours if f"`{name}" not in PAGE] == []


def test_what_is_here_is_most_of_tracking():
    assert len([pair for pair in NAMES if is_here(*pair)]) > 95
    assert FROZEN["mlflow"] == "3.17.2"


def test_a_misspelled_name_gets_a_near_one():
    with pytest.raises(AttributeError, match="Did you mean 'log_metric'"):
        reporter.log_metrik  # noqa: B018  # the access is the test
    with pytest.raises(AttributeError, match="Did you mean 'create_run'"):
        reporter.MlflowClient().create_runn  # noqa: B018  # the access is the test
