"""What a user names may be one source, a folder of several, or nothing that can be read."""

from __future__ import annotations

import importlib.metadata
import re
import textwrap

import pytest

from reporter.errors import InvalidInputError, NotAStoreError
from reporter.importers import (
    CERTAIN,
    IMPORTERS,
    LIKELY,
    POSSIBLE,
    find_sources,
    import_sources,
    importer,
)
from reporter.plugins import load_plugins
from reporter.store.reader import open_store
from tests.unit.importers.mlruns import make_experiment, make_run, write


@pytest.fixture
def _no_more_importers():
    before = dict(IMPORTERS)
    yield
    IMPORTERS.clear()
    IMPORTERS.update(before)


def test_a_folder_with_several_sources_has_them_all(tmp_path):
    make_run(make_experiment(tmp_path / "a" / "mlruns"))
    make_run(make_experiment(tmp_path / "b" / "old" / "mlruns", "1", "other"), "two")
    found = [item.source.name for item in find_sources(str(tmp_path))]
    assert found == ["a/mlruns", "b/old/mlruns"]
    result = import_sources([str(tmp_path)], str(tmp_path / "runs"))
    assert [source.n_new for source in result.sources] == [1, 1]


def test_what_lies_in_a_source_belongs_to_it(tmp_path):
    run = make_run(make_experiment(tmp_path / "mlruns"))
    make_run(make_experiment(run / "artifacts" / "mlruns", "1", "inner"), "inner")
    assert [item.source.path for item in find_sources(str(tmp_path))] == [str(tmp_path / "mlruns")]


def test_stores_and_sites_of_ours_are_not_searched(tmp_path):
    make_run(make_experiment(tmp_path / "mlruns"))
    import_sources([str(tmp_path / "mlruns")], str(tmp_path / "runs"))
    make_run(make_experiment(tmp_path / "site" / "mlruns"), "two")
    write(tmp_path / "site" / "report.manifest.json", b"{}")
    for name in ("node_modules", ".venv", "venv"):
        make_experiment(tmp_path / name / "mlruns")
    assert [item.source.name for item in find_sources(str(tmp_path))] == ["mlruns"]


def test_a_missing_path_names_what_was_meant(tmp_path):
    make_experiment(tmp_path / "mlruns")
    with pytest.raises(NotAStoreError, match="holds runs") as caught:
        find_sources(str(tmp_path / "runs"))
    assert "mlruns" in str(caught.value)


def test_nothing_to_read_says_what_can_be_read(tmp_path):
    with pytest.raises(NotAStoreError, match="is empty"):
        find_sources(str(tmp_path))
    write(tmp_path / "notes.txt", b"mine")
    with pytest.raises(NotAStoreError, match=r"holds no runs.*MLflow folders"):
        find_sources(str(tmp_path))


def test_an_unknown_format_suggests_the_right_one(tmp_path):
    with pytest.raises(InvalidInputError, match="Did you mean 'mlflow-files'"):
        find_sources(str(tmp_path), "mlflow-file")


def test_a_format_that_does_not_fit_is_tried_all_the_same(tmp_path):
    (found,) = find_sources(str(tmp_path), "mlflow-files")
    assert found.importer.name == "mlflow-files" and found.source.path == str(tmp_path)


def test_an_unknown_option_suggests_the_right_one(tmp_path):
    from reporter.importers import ImportOptions

    make_experiment(tmp_path / "mlruns")
    options = ImportOptions(values={"artifact": "x"})
    with pytest.raises(InvalidInputError, match="Did you mean 'artifacts'"):
        import_sources([str(tmp_path / "mlruns")], str(tmp_path / "runs"), options=options)


@pytest.mark.usefixtures("_no_more_importers")
def test_entry_points_register_importers_and_the_surest_and_latest_wins(tmp_path, monkeypatch):
    make_experiment(tmp_path / "mlruns")

    def register():
        for name, answer in (("unsure", LIKELY), ("early", CERTAIN), ("late", CERTAIN)):
            importer(name, label=name, detect=lambda _, answer=answer: answer)(iter)

    class Entry:
        name = "third"

        @staticmethod
        def load():
            return register

    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [Entry])
    load_plugins.cache_clear()
    (found,) = find_sources(str(tmp_path / "mlruns"))
    load_plugins.cache_clear()
    assert found.importer.name == "late"


@pytest.mark.usefixtures("_no_more_importers")
def test_what_is_only_possible_is_taken_when_it_is_named(tmp_path):
    importer("texts", label="texts", detect=lambda path: POSSIBLE * path.endswith(".txt"))(iter)
    write(tmp_path / "notes.txt", b"mine")
    with pytest.raises(NotAStoreError):
        find_sources(str(tmp_path))
    (found,) = find_sources(str(tmp_path / "notes.txt"))
    assert found.importer.name == "texts"


@pytest.mark.usefixtures("_no_more_importers")
def test_the_importer_of_the_documentation_works(root, tmp_path):
    text = (root / "docs" / "importers.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(textwrap.dedent(code), "importers.md", "exec"), {})
    write(tmp_path / "logs" / "first.mytool", b"0.5\n0.25\n")
    import_sources([str(tmp_path / "logs")], str(tmp_path / "runs"))
    (run,) = open_store(tmp_path / "runs").runs()
    assert run.info.run_name == "first.mytool"
    assert run.data.summaries["value"].last == 0.25


def test_a_missing_folder_names_what_is_most_like_it_else_a_store(tmp_path):
    make_run(make_experiment(tmp_path / "a_mlruns"))
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "store.json").write_text("{}")
    for given, meant in (("mlrun", "a_mlruns"), ("nowhere", "runs")):
        with pytest.raises(NotAStoreError, match=f"There is '.*{meant}', which holds runs"):
            find_sources(str(tmp_path / given))
