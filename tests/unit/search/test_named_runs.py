"""A filter that names runs by id reads those runs alone, and finds what reading all would find."""

from __future__ import annotations

from pathlib import Path

import pytest

import reporter
from reporter.search.select import named_run_ids
from reporter.store.sources import RunSources
from tests.builders import make_run, make_store, run_id_of

A, B = run_id_of("a"), run_id_of("b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("metrics.loss < 1", None),
        ("attributes.run_id = 'a'", {"a"}),
        ("attributes.run_id IN ('a', 'b')", {"a", "b"}),
        ("attributes.run_id = 'a' AND params.run_id = 'c'", {"a"}),
        ("attributes.run_id IN ('a', 'b') AND attributes.run_id IN ('b', 'c')", {"b"}),
        ("attributes.run_id = 'a' OR attributes.run_id = 'b'", {"a", "b"}),
        ("attributes.run_id = 'a' OR metrics.loss < 1", None),
        ("NOT attributes.run_id = 'a'", None),
        ("attributes.run_id != 'a'", None),
        ("attributes.run_id NOT IN ('a')", None),
        ("attributes.run_id LIKE 'a%'", None),
        ("params.run_id = 'a'", None),
    ],
)
def test_named_run_ids(text: str, expected: set[str] | None) -> None:
    assert named_run_ids(text) == expected


def test_only_named_runs_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make_store(tmp_path / "runs", {"0": "Default", "7": "Seven"})
    for name in "acde":
        make_run(store, name)
    make_run(store, "b", experiment_id="7")
    read: list[str] = []
    real = RunSources.run

    def run(self: RunSources) -> object:
        read.append(self.run_id)
        return real(self)

    monkeypatch.setattr(RunSources, "run", run)
    client = reporter.MlflowClient(store)

    def found(experiments: list[str], text: str) -> list[str]:
        return sorted(run.info.run_id for run in client.search_runs(experiments, text))

    named = f"attributes.run_id IN ('{A}', '{B}', '{'0' * 32}', '../x')"
    assert found(["0"], named) == [A]
    assert set(read) == {A, B}
    assert found(["0", "7", "0"], named) == sorted([A, B])
    assert found(["7"], f"attributes.run_id = '{A}'") == []
    assert found(["0"], f"{named} AND attributes.status = 'FAILED'") == []
    assert set(read) == {A, B}
