"""CSV logs, JSON lines and Parquet tables: pandas reads the same numbers."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reporter.errors import InvalidInputError, NotAStoreError
from reporter.importers import ImportOptions, import_sources
from reporter.store.reader import open_store

FIXTURE = "csv_logs"


def run_of(store, name: str):
    return next(run for run in store.runs() if run.info.run_name == name)


def imported(tmp_path, name: str, text: str, **options: str):
    """Import one table; returns runs by name, series of each, and the problems."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    result = import_sources(
        [str(path)], str(tmp_path / "runs"), options=ImportOptions(values=options)
    )
    store = open_store(result.store)
    runs = {run.info.run_name: run for run in store.runs()}
    series = {
        name: {
            history.key: list(zip(history.steps.tolist(), history.values.tolist(), strict=True))
            for history in store.history([run.info.run_id])
        }
        for name, run in runs.items()
    }
    return runs, series, result.problems


def test_every_table_is_reproduced(source, store):
    for path, truth in source.truth["tables"].items():
        if not path.endswith(".csv"):
            continue
        run = run_of(store, path.removesuffix("/metrics.csv").removesuffix(".csv"))
        found = {history.key: history for history in store.history([run.info.run_id])}
        step = "step" if "step" in truth["columns"] else "epoch"
        assert set(found) == set(truth["columns"]) - {step}
        for key, history in found.items():
            assert len(history.values) == truth["non_null"][key]
            assert history.values[-1] == float(truth["last"][key])
            assert history.steps.max() == int(truth["last"][step])


def test_params_of_lightning_are_read(store):
    run = run_of(store, "lightning_logs/version_0")
    assert run.data.params == {"hidden": "4", "lr": "0.1", "note": "</script>"}


def test_json_lines_keep_times_bare_nan_and_texts(store):
    run = run_of(store, "train")
    (loss,) = store.history([run.info.run_id], ["loss"])
    assert len(loss.values) == 200
    assert np.isnan(loss.values[9])
    assert loss.timestamps_ms[0] == 1760000000000
    assert (run.info.start_time, run.info.end_time) == (1760000000000, 1760000199000)
    with store.open_artifact(run.info.run_id, "logged_values.json") as file:
        assert json.loads(file.read())["data"] == [[3, "note", "日本</script>"]]


def test_a_second_import_changes_nothing(source, tmp_path):
    store = str(tmp_path / "runs")
    import_sources([str(source.folder)], store)
    again = import_sources([str(source.folder)], store)
    assert all(done.n_unchanged == done.n_runs for done in again.sources)


def test_a_run_column_makes_several_runs_with_their_settings(tmp_path):
    text = "run,step,lr,opt,loss\na,0,0.1,adam,1\na,1,0.1,adam,0.5\nb,0,0.2,sgd,2\nb,1,0.2,sgd,1\n"
    runs, series, _ = imported(tmp_path, "log.csv", text)
    assert runs["a"].data.params == {"lr": "0.1", "opt": "adam"}
    assert series["b"] == {"loss": [(0, 2.0), (1, 1.0)]}


def test_a_long_table_has_a_point_a_row(tmp_path):
    text = "run_id;key;step;value\nr;loss;0;1\nr;acc;0;0.5\nr;loss;1;0.5\n"
    _, series, _ = imported(tmp_path, "points.csv", text)
    assert series["r"] == {"loss": [(0, 1.0), (1, 0.5)], "acc": [(0, 0.5)]}


def test_rows_of_a_table_of_results_are_runs(tmp_path):
    text = "trial,units,optimizer,val_acc\n1,64,adam,0.9\n2,128,sgd,0.8\n"
    runs, series, _ = imported(tmp_path, "results.csv", text)
    assert runs["2"].data.params == {"units": "128", "optimizer": "sgd"}
    assert series["2"] == {"val_acc": [(0, 0.8)]}


def test_the_user_says_what_columns_mean(tmp_path):
    text = "when,it,a,b,who\n2025-01-01,5,1,2,me\n2025-01-02,6,3,2,me\n"
    runs, series, _ = imported(
        tmp_path, "log.csv", text, step="it", time="when", params="b", tags="who"
    )
    assert runs["log"].data.params == {"b": "2"}
    assert runs["log"].data.tags["who"] == "me"
    assert series["log"] == {"a": [(5, 1.0), (6, 3.0)]}
    assert runs["log"].info.start_time == 1735689600000


@pytest.mark.parametrize(
    ("options", "message"),
    [({"stp": "it"}, "Tables have no option 'stp'"), ({"step": "iit"}, "no column 'iit'")],
)
def test_wrong_options_are_refused_with_what_there_is(tmp_path, options, message):
    with pytest.raises(InvalidInputError, match=message):
        imported(tmp_path, "log.csv", "it,a\n1,2\n", **options)


def test_epochs_in_fractions_leave_the_row_as_step(tmp_path):
    _, series, _ = imported(tmp_path, "log.csv", "epoch,loss\n0.5,2\n1.0,1\n1.5,0.5\n")
    assert series["log"]["loss"] == [(0, 2.0), (1, 1.0), (2, 0.5)]
    assert series["log"]["epoch"] == [(0, 0.5), (1, 1.0), (2, 1.5)]


def test_a_configuration_among_the_lines_is_params(tmp_path):
    lines = ['{"config": {"lr": 0.1, "deep": {"x": 1}}}', '{"step": 0, "loss": 1}']
    runs, series, _ = imported(tmp_path, "log.jsonl", "\n".join(lines) + "\n")
    assert runs["log"].data.params == {"config.deep.x": "1", "config.lr": "0.1"}
    assert series["log"] == {"loss": [(0, 1.0)]}


def test_parquet_is_read(tmp_path):
    table = pa.table({"step": [0, 1, 2], "loss": [1.0, None, 0.25], "flag": [True, False, True]})
    pq.write_table(table, tmp_path / "log.parquet")
    import_sources([str(tmp_path / "log.parquet")], str(tmp_path / "runs"))
    (run,) = open_store(str(tmp_path / "runs")).runs()
    assert run.data.summaries["loss"].count == 2
    assert run.data.metrics["flag"] == 1.0


def test_damage_costs_what_it_touches_and_is_listed(tmp_path):
    lines = ['{"step": 0, "loss": 1}', "{bad", "[1]", '{"step": 1, "loss": 2}', '{"step": 2, "lo']
    _, series, problems = imported(tmp_path, "log.jsonl", "\n".join(lines))
    assert series["log"]["loss"] == [(0, 1.0), (1, 2.0)]
    assert [problem.detail for problem in problems] == [
        "line 2: no JSON; line 3: no JSON object; line 5: half a line"
    ]


def test_ragged_joined_and_nul_rows_are_read(tmp_path):
    text = "epoch,loss\n0,1\nepoch,loss\n0,2,9\n1,\0003\n2\n\n"
    _, series, problems = imported(tmp_path, "log.csv", text)
    assert series["log"] == {"loss": [(0, 1.0), (1, 3.0)]}
    assert [problem.detail for problem in problems] == ["line 4: 3 cells in 2 columns"]


def test_tables_that_are_no_logs_are_not_taken_out_of_a_folder(tmp_path):
    (tmp_path / "iris.csv").write_text("width,height,kind\n1,2,a\n3,4,b\n")
    (tmp_path / "text.csv").write_text("hello\n")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(NotAStoreError):
        import_sources([str(tmp_path)], str(tmp_path / "runs"))


@pytest.mark.parametrize("name", ["empty.csv", "empty.jsonl", "empty.parquet"])
def test_an_empty_file_has_no_runs(tmp_path, name):
    (tmp_path / name).touch()
    result = import_sources([str(tmp_path / name)], str(tmp_path / "runs"))
    assert result.sources[0].n_runs == 0
