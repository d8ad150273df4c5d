"""Calls that need not wait give something to wait for; a data set of a metric is an input."""

from __future__ import annotations

from pathlib import Path

import pytest

import reporter
from reporter.errors import InvalidInputError


@pytest.fixture
def run(tmp_path: Path):
    reporter.set_tracking_uri(tmp_path / "runs")
    with reporter.start_run() as run:
        yield run


def test_what_need_not_wait_can_be_waited_for(run):
    client = reporter.MlflowClient()
    run_id = run.info.run_id
    for handle in (
        reporter.log_metric("a", 1.0, synchronous=False),
        reporter.log_metrics({"b": 1.0}, synchronous=False),
        reporter.log_param("p", 1, synchronous=False),
        reporter.log_params({"q": 1}, synchronous=False),
        reporter.set_tag("t", 1, synchronous=False),
        reporter.set_tags({"u": 1}, synchronous=False),
        client.log_metric(run_id, "c", 1.0, synchronous=False),
        client.log_param(run_id, "r", 1, synchronous=False),
        client.log_batch(run_id, synchronous=False),
        client.set_tag(run_id, "v", 1, synchronous=False),
    ):
        assert handle.wait() is None
    assert reporter.log_metric("a", 2.0) is None
    assert reporter.log_param("s", 5) == 5
    assert set(client.get_run(run_id).data.params) == {"p", "q", "r", "s"}


def test_what_a_metric_was_measured_on_is_an_input(run):
    import numpy as np

    data = reporter.data.from_numpy(np.arange(3), name="iris")
    reporter.log_metric("acc", 0.5, dataset=data)
    reporter.log_metrics({"f1": 0.5}, dataset=data)
    found = reporter.get_run(run.info.run_id)
    assert [item.dataset.name for item in found.inputs.dataset_inputs] == ["iris"]
    (point,) = reporter.MlflowClient().get_metric_history(run.info.run_id, "acc")
    assert (point.value, point.dataset_name, point.model_id) == (0.5, None, None)


def test_an_image_needs_one_place(run):
    with pytest.raises(InvalidInputError, match="got neither"):
        reporter.log_image([[0]])


def test_what_is_no_data_set_or_table_is_refused(run):
    with pytest.raises(InvalidInputError, match="no data set"):
        reporter.log_input("x")
    with pytest.raises(InvalidInputError, match=r"t\.json"):
        reporter.log_table({"a": [1, 2], "b": [1]}, "t.json")
