"""Tables that several runs logged: which, in which files, and which tag marks them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reporter.site.build import build
from reporter.site.writing.output import MemoryOutput
from reporter.store.reader import open_store
from tests.builders import START_MS, make_run, make_store

TABLE = {"columns": ["q", "a"], "data": [["1+1", "2"], ["2+2", "4"]]}
TAG = {"mlflow.loggedArtifacts": json.dumps([{"path": "eval.json", "type": "table"}])}


def build_it(store: str, files: dict[str, bytes] | None = None) -> MemoryOutput:
    output = MemoryOutput(files)
    build(open_store(store), output)
    return output


def registered(site: MemoryOutput, path: str) -> Any:
    """Return what a data file of the site registers."""
    text = site.files[path].decode()
    return json.loads(text[text.index(",") + 1 : text.rindex(")")])


def listed(site: MemoryOutput) -> list[dict[str, Any]]:
    (path,) = [path for path in site.files if path.startswith("data/tables-7-")]
    assert f'"logged":"{Path(path).stem}"' in site.files["data/catalog.js"].decode()
    return registered(site, path)


@pytest.fixture
def store(tmp_path: Path) -> str:
    store = make_store(tmp_path / "runs", {"7": "digits"})
    for place, answer in enumerate(("4", "5", "4")):
        table = json.dumps({**TABLE, "data": [["1+1", "2"], ["2+2", answer]]}).encode()
        files = {
            "eval.json": table,
            "plain.json": table,
            "rows.csv": b"x,y\n1,2\n",
            f"own{place}.csv": b"x\n1\n",
            "broken.parquet": b"PAR1 and no more",
        }
        tags = TAG if place else {}
        make_run(store, f"run {place}", experiment_id="7", artifacts=files, tags=tags,
                 start_ms=START_MS + place)  # fmt: skip
    return store


def test_what_at_least_two_runs_logged_is_listed(store: str) -> None:
    tables = listed(build_it(store))
    assert [(table["path"], table["n"], len(table["runs"])) for table in tables] == [
        ("eval.json", 2, 2),
        ("rows.csv", 3, 3),
    ]
    assert [ordinal for ordinal, _ in tables[0]["runs"]] == [1, 2]


def test_equal_tables_are_one_file_and_each_holds_its_rows(store: str) -> None:
    site = build_it(store)
    evals, rows = listed(site)
    assert len({file for _, file in rows["runs"]}) == 1
    cells = [registered(site, f"data/{file}.js")["cells"] for _, file in evals["runs"]]
    assert cells == [[["1+1", "2+2"], [2, 5]], [["1+1", "2+2"], [2, 4]]]


def test_a_second_build_reads_no_table_again(store: str, monkeypatch) -> None:
    first = build_it(store)
    asked: list[str] = []
    monkeypatch.setattr(
        "reporter.renderers.read_table", lambda request: asked.append(request.artifact.path)
    )
    second = build_it(store, dict(first.files))
    assert set(asked) == {"broken.parquet"}
    assert listed(second) == listed(first)


def test_what_is_too_much_stays_on_the_pages_of_its_runs(store: str, monkeypatch) -> None:
    monkeypatch.setattr("reporter.site.wall.logged_tables.MAX_RUNS", 2)
    tables = listed(build_it(store))
    assert [(table["n"], len(table["runs"])) for table in tables] == [(2, 2), (3, 2)]


@pytest.mark.parametrize("tag", ["", "nonsense", "[" * 100_000, "{}", '[1, {"path": 3}]'])
def test_a_strange_tag_marks_nothing(tmp_path: Path, tag: str) -> None:
    store = make_store(tmp_path / "runs", {"7": "digits"})
    for name in ("a", "b"):
        files = {"eval.json": json.dumps(TABLE).encode()}
        make_run(store, name, experiment_id="7", artifacts=files,
                 tags={"mlflow.loggedArtifacts": tag})  # fmt: skip
    assert '"logged":""' in build_it(store).files["data/catalog.js"].decode()
