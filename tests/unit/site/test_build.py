from __future__ import annotations

import math
import re

import pytest

from reporter.errors import OutputConflictError
from reporter.events import (
    ArtifactLogged,
    DatasetsLogged,
    ExperimentCreated,
    LifecycleChanged,
    MetricDefined,
)
from reporter.model import Artifact, Dataset, DatasetInput, MetricDefinition
from reporter.site import links
from reporter.site.build import build
from reporter.site.check import check_pages
from reporter.site.theme import Theme
from reporter.site.writing.output import FolderOutput
from reporter.store.memory import MemoryStore
from tests.builders import START_MS, make_run, make_store, run_events, run_id_of

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)
HOSTILE = "</script><script>alert(1)</script><!-- {{ 7*7 }} \u2028\ud800 \"'"


def pages(site):
    return {path: data for path, data in site.files.items() if path.endswith(".html")
            and not path.startswith("artifacts/")}  # fmt: skip


def changed(before, after):
    paths = before.files.keys() | after.files.keys()
    return {path for path in paths if before.files.get(path) != after.files.get(path)}


@pytest.fixture
def site(memory_store, built):
    declared = MetricDefined(
        at_ms=1, definition=MetricDefinition(key="val_loss", direction="min", unit="nats")
    )
    data = DatasetsLogged(
        at_ms=1, inputs=[DatasetInput(dataset=Dataset(name="digits", digest="e01f"))]
    )
    runs = {
        f"mlp-{i}": {
            "start_ms": START_MS + i * 60_000,
            "params": {"lr": str(10.0**-i), "hidden": "64"},
            "metrics": {"val_loss": [1.0, 0.5 - i / 10, 0.75], "train/acc": [0.5, 0.75]},
            "tags": {"team": "vision", "mlflow.user": "ana", "mlflow.note.content": "**bold**",
                     "mlflow.parentRunId": run_id_of("mlp-0") if i else ""},
            "artifacts": {"figures/roc.png": PNG, "report.html": b"<script>1</script>"},
            "events": [declared, data],
        }
        for i in range(3)
    }  # fmt: skip
    return built(memory_store(runs), title="My report")


def test_the_named_files_are_there(site):
    pages = {"index.html", "compare.html", "experiment/7/index.html"}
    pages |= {f"run/{run_id_of(f'mlp-{i}')}.html" for i in range(3)}
    data = {"data/catalog.js", "data/runs.csv", "data/runs.parquet", "data/metrics.parquet"}
    assert pages | data | {".nojekyll", "report.manifest.json"} <= set(site.files)


def test_every_link_leads_somewhere_and_nothing_is_inline(site):
    assert check_pages(pages(site).items(), site.files) == []


def test_the_result_counts_what_was_built(site):
    result = site.result
    assert (result.n_runs, result.n_experiments, result.n_charts, result.n_pages) == (3, 1, 2, 6)
    assert result.problems == ()
    assert result.size_bytes == sum(map(len, site.files.values())) - len(site.files[links.MANIFEST])


def test_a_runs_page_says_what_was_logged(site):
    page = site.text(f"run/{run_id_of('mlp-2')}.html")
    assert re.search(r'data-role="param" data-key="lr" data-value="0.01"', page)
    assert re.search(r'data-role="metric" data-key="val_loss" data-value="0.75"', page)
    assert "best of 3 by val_loss" in page
    assert "<strong>bold</strong>" in page
    assert "of which 1 differs in this experiment" in page
    assert page.count('data-role="chart"') == 2
    assert 'data-role="figure"' in page
    assert "digits" in page
    assert "by ana" in page
    assert run_id_of("mlp-1") in page, "the previous run"
    assert run_id_of("mlp-0") in page, "the parent"


def test_a_parents_page_lists_its_children(site):
    page = site.text(f"run/{run_id_of('mlp-0')}.html")
    assert "2 runs" in page
    assert page.count(f"run/{run_id_of('mlp-2')}.html") >= 1


def test_artifacts_are_shipped_and_pages_among_them_made_inert(site):
    run = run_id_of("mlp-1")
    assert site.files[f"artifacts/{run}/figures/roc.png"] == PNG
    assert site.files[f"artifacts/{run}/report.html.txt"] == b"<script>1</script>"
    assert f"artifacts/{run}/report.html" not in site.files


def test_figures_of_all_runs_stand_side_by_side(site):
    page = site.text("experiment/7/index.html")
    assert page.count('data-role="figure"') == 3
    assert page.index("artifacts/" + run_id_of("mlp-0")) < page.index(
        "artifacts/" + run_id_of("mlp-1")
    )


def test_building_again_makes_the_same_bytes(memory_store, built):
    runs = {f"r{i}": {"metrics": {"m": [1.0, 2.0]}, "params": {"a": str(i)}} for i in range(5)}
    assert (
        built(memory_store(runs)).files == built(memory_store(dict(reversed(runs.items())))).files
    )


def test_building_over_a_site_changes_nothing(memory_store, built):
    store = memory_store(
        {"a": {"metrics": {"m": [1.0, 2.0]}, "artifacts": {"x.png": PNG, "y.html": b"<p>"}}}
    )
    first = built(store)
    second = built(store, first)
    assert changed(first, second) == set()
    assert second.result.files_written == 0


def test_one_new_run_touches_few_files(memory_store, built, monkeypatch):
    runs = {
        f"r{i:02}": {"metrics": {"m": [1.0, 2.0 + i]}, "start_ms": START_MS + i} for i in range(30)
    }
    store = memory_store(runs)
    first = built(store)
    memory_store({"new": {"metrics": {"m": [5.0, 99.0]}, "start_ms": START_MS + 99}}, into=store)
    rendered = []
    render = Theme.render
    monkeypatch.setattr(Theme, "render", lambda *a: rendered.append(a[1]) or render(*a))
    second = built(store, first)
    assert sorted(rendered) == ["compare.html.j2", "experiment.html.j2", "index.html.j2",
                                "run.html.j2", "run.html.j2"]  # fmt: skip
    fresh = built(store)
    touched = {path for path in changed(first, second) if path.startswith("run/")}
    assert touched == {links.run_page(run_id_of("new")), links.run_page(run_id_of("r29"))}
    same = {path: data for path, data in second.files.items() if path in fresh.files}
    remembering = {links.MANIFEST: b"", links.INDEX: b""}  # the build before is told of in both
    assert {**same, **remembering} == {**fresh.files, **remembering}


def test_a_changed_run_is_made_again(memory_store, built):
    store = memory_store({"a": {"params": {"lr": "1"}, "status": None}, "b": {}})
    first = built(store)
    writer = store.writer("7", run_id_of("a"))
    for event in run_events("a", experiment_id="7", params={"more": "2"})[1:]:
        writer.append(event)
    second = built(store, first)
    assert "more" in second.text(links.run_page(run_id_of("a")))


def test_what_was_deleted_stays_out(memory_store, built):
    gone = LifecycleChanged(at_ms=9, lifecycle_stage="deleted")
    store = memory_store({"kept": {}, "zzgone": {"events": [gone]}})
    store.append_experiment(
        "8", ExperimentCreated(at_ms=1, experiment_id="8", name="hush-hush"), gone
    )
    writer = store.writer("8", "c" * 32)
    for event in run_events("other", experiment_id="8"):
        writer.append(event)
    site = built(store)
    assert site.result.n_runs == 1
    assert not [
        path for path, data in site.files.items() if b"hush-hush" in data or b"zzgone" in data
    ]


def test_a_run_that_is_deleted_takes_its_page_along(memory_store, built):
    store = memory_store({"a": {"artifacts": {"x.txt": b"x"}}, "b": {}})
    first = built(store)
    store.writer("7", run_id_of("a")).append(LifecycleChanged(at_ms=9, lifecycle_stage="deleted"))
    second = built(store, first)
    assert not [
        path for path in second.files if run_id_of("a") in path and not path.startswith("data/")
    ]


def test_an_empty_store_says_what_to_do(built):
    site = built(MemoryStore())
    assert "No runs yet" in site.text(links.INDEX)
    assert "start_run" in site.text(links.INDEX)
    assert check_pages(pages(site).items(), site.files) == []
    assert site.result.n_runs == 0


def test_an_experiment_without_runs_has_a_page(memory_store, built):
    site = built(memory_store({}))
    assert "No runs yet" in site.text("experiment/7/index.html")


def test_an_unfinished_run_says_since_when(memory_store, built):
    site = built(memory_store({"a": {"status": None, "metrics": {"m": [1.0, 2.0]}}}))
    assert re.search(r"Unfinished since 21 Nov 03:5\d", site.text(links.run_page(run_id_of("a"))))


def test_a_missing_artifact_is_a_problem_with_a_place(memory_store, built):
    lost = ArtifactLogged(
        at_ms=1, artifact=Artifact(path="plots/lost.png", size_bytes=9, kind="figure")
    )
    store = memory_store({"a": {"events": [lost], "artifacts": {"here.txt": b"x"}}})
    first = built(store)
    for site in (first, built(store, first)):
        [problem] = site.result.problems
        assert (problem.what, problem.severity) == ("Missing artifact", "error")
        page = site.text(links.run_page(run_id_of("a")))
        assert "plots/lost.png" in page
        assert "Missing artifact" in page
        assert 'data-role="figure"' in page, "a hole where the figure belongs"
        assert "digits / a" in site.text(links.INDEX)


def test_everything_logged_is_text(memory_store, built):
    run = {
        "params": {HOSTILE: HOSTILE}, "metrics": {HOSTILE: [1.0, 2.0]},
        "tags": {HOSTILE: HOSTILE, "mlflow.note.content": HOSTILE, "reporter.error": HOSTILE,
                 "reporter.command": HOSTILE, "mlflow.source.git.commit": HOSTILE},
        "artifacts": {"a'b<c>&.txt": HOSTILE.encode("utf-8", "replace")},
    }  # fmt: skip
    named = f"a{HOSTILE}".replace("\ud800", "")
    site = built(memory_store({named: run, "b": {}}, name=HOSTILE), title=HOSTILE)
    assert check_pages(pages(site).items(), site.files) == []
    for data in pages(site).values():
        text = data.decode()
        assert "alert(1)</script>" not in text
        assert "{{ 49 }}" not in text
        assert "{{ 7*7 }}" in text
    for path, data in site.files.items():
        if path.startswith("data/") and path.endswith(".js"):
            assert b"</script" not in data
            assert data.decode()


@pytest.mark.parametrize(
    "path", ["a b.txt", "100%.txt", "a#b?.txt", "日本/図.txt", "x" * 200 + ".txt", "%41.txt"]
)
def test_any_artifact_name_can_be_followed(memory_store, built, path):
    site = built(memory_store({"a": {"artifacts": {path: b"1"}}}))
    assert check_pages(pages(site).items(), site.files) == []
    page = site.text(links.run_page(run_id_of("a")))
    assert 'download="' + path.rsplit("/", 1)[-1].replace("&", "&amp;") in page


def test_beyond_the_limit_parents_best_and_newest_get_pages(memory_store, built):
    declared = MetricDefined(at_ms=1, definition=MetricDefinition(key="m", direction="max"))
    child = {"mlflow.parentRunId": run_id_of("r00")}
    runs = {
        f"r{i:02}": {"start_ms": START_MS + i, "metrics": {"m": [1.0, 50.0 if i == 5 else 2.0]},
                     "events": [declared], "tags": child if i == 7 else {}}
        for i in range(30)
    }  # fmt: skip
    site = built(memory_store(runs), run_pages=10)
    made = {path for path in site.files if path.startswith("run/")}
    assert len(made) == 10
    assert {links.run_page(run_id_of(name)) for name in ("r00", "r05", "r29")} <= made
    assert check_pages(pages(site).items(), site.files) == []


def test_experiments_stand_on_the_index_when_there_are_several(memory_store, built):
    store = memory_store({"a": {"metrics": {"acc": [0.5, 0.75]}}})
    store.append_experiment("8", ExperimentCreated(at_ms=2, experiment_id="8", name="other"))
    writer = store.writer("8", "c" * 32)
    for event in run_events(
        "b", experiment_id="8", metrics={"loss": [2.0, 1.0]}, start_ms=START_MS + 9**9
    ):
        writer.append(event)
    text = built(store).text(links.INDEX)
    assert text.index(">other<") < text.index(">digits<"), "the one with the newest run first"
    assert 'data-role="runs-table"' not in text
    assert "loss ↓" in text


def test_the_best_so_far_of_each_experiment_is_drawn(memory_store, built):
    runs = {f"r{i}": {"metrics": {"acc": [value]}, "start_ms": START_MS + i}
            for i, value in enumerate((0.5, 0.25, math.nan, 0.75))}  # fmt: skip
    store = memory_store(runs)
    store.append_experiment("8", ExperimentCreated(at_ms=2, experiment_id="8", name="other"))
    text = built(store).text(links.INDEX)
    assert '<path d="M1.5 18.5L42 18.5L82.5 1.5"/>' in text, "0.5, 0.5, 0.75"


def test_one_experiment_shows_its_table_at_once(site):
    assert 'data-role="runs-table"' in site.text(links.INDEX)


def test_a_build_tells_how_far_it_is(memory_store, built):
    told = []
    built(memory_store({"a": {}, "b": {}}), progress=lambda *step: told.append(step))
    assert told[-1] == ("Building", 2, 2)


def test_no_page_knows_where_the_store_lies(tmp_path):
    store = make_store(tmp_path / "attic-17" / "runs")
    make_run(store, "a", metrics={"m": [1.0, 2.0]}, artifacts={"x.txt": b"x"})
    from reporter.store.reader import open_store

    build(open_store(store), FolderOutput(str(tmp_path / "site"), store))
    for path in (tmp_path / "site").rglob("*"):
        assert path.is_dir() or b"attic-17" not in path.read_bytes(), path


def test_a_damaged_run_is_listed_and_the_others_are_built(tmp_path):
    store = make_store(tmp_path / "runs")
    ids = {
        name: make_run(store, name, metrics={"m": [1.0, 2.0]}) for name in ("good", "bad", "worse")
    }
    (tmp_path / "runs/0" / ids["bad"] / "metrics.parquet").write_bytes(b"PAR1 nothing")
    (tmp_path / "runs/0" / ids["worse"] / "run.parquet").write_bytes(b"")
    from reporter.store.reader import open_store

    for _ in range(2):
        result = build(open_store(store), FolderOutput(str(tmp_path / "site"), store))
        assert result.n_runs == 3
        assert len(result.problems) >= 2
    assert "m" in (tmp_path / "site" / links.run_page(ids["good"])).read_text()


def test_a_foreign_page_stops_the_build_before_anything_is_written(tmp_path):
    store = make_store(tmp_path / "runs")
    run = make_run(store, "a")
    (tmp_path / "site/run").mkdir(parents=True)
    (tmp_path / "site/run" / f"{run}.html").write_text("mine")
    from reporter.store.reader import open_store

    with pytest.raises(OutputConflictError, match=run):
        build(open_store(store), FolderOutput(str(tmp_path / "site"), store))
    kept = {path.name for path in (tmp_path / "site").rglob("*") if path.is_file()}
    assert kept <= {f"{run}.html", links.LOCK}


def test_links_out_of_a_run_are_not_followed(tmp_path):
    store = make_store(tmp_path / "runs")
    run = make_run(store, "a", artifacts={"x.txt": b"x"})
    (tmp_path / "secret").write_text("secret words")
    (tmp_path / "runs/0" / run / "artifacts" / "link.txt").symlink_to(tmp_path / "secret")
    from reporter.store.reader import open_store

    result = build(open_store(store), FolderOutput(str(tmp_path / "site"), store))
    assert [problem.what for problem in result.problems] == ["Missing artifact"]
    for path in (tmp_path / "site").rglob("*"):
        assert path.is_dir() or b"secret words" not in path.read_bytes()
