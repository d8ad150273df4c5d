"""Other engines read a store as it is and get our reader's answers; the documented snippets run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from reporter.store.reader import open_store
from tests.builders import make_run, make_store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store at ``./runs`` with three folded runs."""
    monkeypatch.chdir(tmp_path)
    path = make_store(tmp_path / "runs")
    for number in range(3):
        make_run(
            path,
            f"run-{number}",
            params={"lr": f"0.{number}"},
            metrics={"loss": [3.0 - number, 2.0, 2.5], "acc/val": [0.5]},
        )
    return path


def _best(store: str) -> list[tuple[str, float]]:
    """Least value of each key, by our own reader."""
    reader = open_store(store)
    found: dict[str, float] = {}
    for series in reader.history([run.info.run_id for run in reader.runs()]):
        least = float(series.values.min())
        found[series.key] = min(least, found.get(series.key, least))
    return sorted(found.items())


def _snippet(root: Path, language: str, word: str) -> str:
    text = (root / "docs" / "store-format.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return next(block for block in blocks if word in block)


def test_duckdb(store: str, root: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    assert duckdb.sql(_snippet(root, "sql", "min(value)")).fetchall() == _best(store)
    rows = duckdb.sql("SELECT run_name, params['lr'] FROM 'runs/*/*/run.parquet' ORDER BY 1")
    assert [value for _, value in rows.fetchall()] == ["0.0", "0.1", "0.2"]


def test_polars(store: str, root: Path) -> None:
    pytest.importorskip("polars")
    names: dict[str, object] = {}
    exec(_snippet(root, "python", "polars"), names)
    assert names["best"].rows() == _best(store)  # type: ignore[attr-defined]


def test_pyarrow(store: str, root: Path) -> None:
    names: dict[str, object] = {}
    exec(_snippet(root, "python", "pyarrow"), names)
    table = names["table"].to_pylist()  # type: ignore[attr-defined]
    least = {row["key"]: min(r["value"] for r in table if r["key"] == row["key"]) for row in table}
    assert sorted(least.items()) == _best(store)


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_spark(store: str, root: Path) -> None:
    pytest.importorskip("pyspark", reason="half a gigabyte: tested where it is installed")
    names: dict[str, Any] = {}
    exec(_snippet(root, "python", "pyspark"), names)
    try:
        assert [tuple(row) for row in names["best"]] == _best(store)
        rows = names["spark"].read.parquet("runs/*/*/run.parquet").select("run_name", "params")
        found = {row["run_name"]: row["params"]["lr"] for row in rows.collect()}
        assert found == {"run-0": "0.0", "run-1": "0.1", "run-2": "0.2"}
    finally:
        names["spark"].stop()
