from __future__ import annotations

import math

import pandas as pd
import pytest

from reporter.errors import InvalidInputError
from reporter.search import runs_frame, sort_runs


def as_mlflow_does(runs):
    """Build the frame one value at a time, as MLflow 3.17.2 does in search_runs."""
    infos = [run.info for run in runs]
    data = {
        "run_id": [info.run_id for info in infos],
        "experiment_id": [info.experiment_id for info in infos],
        "status": [info.status for info in infos],
        "artifact_uri": [info.artifact_uri for info in infos],
        "start_time": [pd.to_datetime(info.start_time, unit="ms", utc=True) for info in infos],
        "end_time": [pd.to_datetime(info.end_time, unit="ms", utc=True) for info in infos],
    }
    for group, missing in (("metrics", math.nan), ("params", None), ("tags", None)):
        rows = [getattr(run.data, group) for run in runs]
        for key in dict.fromkeys(key for row in rows for key in sorted(row)):
            data[f"{group}.{key}"] = [row.get(key, missing) for row in rows]
    return pd.DataFrame(data)


@pytest.mark.parametrize("letters", ["ABCDEFGHIJK", "A", "EF", "G", "GEA", ""])
def test_a_frame_has_mlflows_values_and_types(runs, letters):
    chosen = [runs[letter] for letter in letters]
    pd.testing.assert_frame_equal(runs_frame(chosen), as_mlflow_does(chosen))


def test_times_are_in_utc_and_exact_to_the_millisecond(runs):
    frame = runs_frame([runs["A"], runs["H"]])
    assert str(frame["start_time"].dtype).endswith("UTC]")
    assert frame["start_time"][1] == pd.Timestamp("2026-11-20T23:59:59.999Z")


def test_what_was_not_logged_is_missing(runs):
    frame = runs_frame([runs["A"], runs["I"]])
    assert math.isnan(frame["metrics.loss"][1])
    assert pd.isna(frame["params.lr"][1])
    assert pd.isna(frame["tags.team"][1])


def test_order_by_must_be_a_list(runs):
    with pytest.raises(InvalidInputError, match="must be a list"):
        sort_runs(runs.values(), "metrics.loss")


def test_text_that_has_no_utf8_form_stands_escaped(runs):
    from dataclasses import replace

    run = runs["A"]
    odd = replace(run, data=replace(run.data, params={"p": "\udc80"}))
    assert runs_frame([odd])["params.p"].tolist() == [r"\udc80"] or pd.__version__ < "3"
