"""The pictures of a wall, and which of them are one series."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reporter.events import ArtifactLogged
from reporter.model import Artifact
from reporter.site.build import build
from reporter.site.wall.figures import series_of
from reporter.site.writing.output import MemoryOutput
from reporter.store.reader import open_store
from reporter.store.writer import FolderWriter
from tests.builders import START_MS, make_run, make_store, run_id_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\4\0\0\0\4\10\2\0\0\0"
MLFLOW = "images/samples#a+step+{}+timestamp+5+0a-1b{}"


def log_image(store: str, run: str, path: str, key: str = "", step: int | None = None) -> None:
    writer = FolderWriter(store, "7", run_id_of(run), now_ms=lambda: START_MS)
    size_bytes, _ = writer.put_artifact(path, PNG + path.encode())
    artifact = Artifact(path=path, size_bytes=size_bytes, kind="image", key=key, step=step)
    writer.append(ArtifactLogged(at_ms=START_MS, artifact=artifact))
    writer.close()


@pytest.fixture
def site(tmp_path: Path) -> MemoryOutput:
    store = make_store(tmp_path / "runs", {"7": "digits"})
    for name, start in (("first", 1_000), ("second", 2_000)):
        make_run(store, name, experiment_id="7", artifacts={"roc.png": PNG + name.encode(),
                 "data.csv": b"a", "gone": b"x"}, start_ms=START_MS + start)  # fmt: skip
        for step in (20, 3):
            log_image(store, name, f"s/{step}.png", "samples", step)
    log_image(store, "second", MLFLOW.format(0, ".png"))
    log_image(store, "second", MLFLOW.format(0, "+compressed.webp"))
    log_image(store, "second", MLFLOW.format(9, ".png"))
    output = MemoryOutput()
    build(open_store(store), output)
    return output


def figures_of(site: MemoryOutput) -> dict[str, list[object]]:
    (path,) = [path for path in site.files if path.startswith("data/figures-7-")]
    text = site.files[path].decode()
    assert f'register("{Path(path).stem}"' in text
    assert f'"figures":"{Path(path).stem}"' in site.files["data/catalog.js"].decode()
    return json.loads(text[text.index(",") + 1 : text.rindex(")")])


def test_every_picture_is_listed_once(site: MemoryOutput) -> None:
    found = figures_of(site)
    rows = zip(*(found[column] for column in ("name", "run", "step", "path")), strict=True)
    listed = [(found["names"][name], *rest) for name, *rest in rows]
    assert listed == [
        ("roc.png", 0, None, "roc.png"),
        ("roc.png", 1, None, "roc.png"),
        ("samples", 0, 3, "s/3.png"),
        ("samples", 0, 20, "s/20.png"),
        ("samples", 1, 3, "s/3.png"),
        ("samples", 1, 20, "s/20.png"),
        ("samples/a", 1, 0, MLFLOW.format(0, ".png")),
        ("samples/a", 1, 9, MLFLOW.format(9, ".png")),
    ]


def test_a_series_is_one_figure_with_a_slider(site: MemoryOutput) -> None:
    page = site.files[f"run/{run_id_of('second')}.html"].decode()
    assert page.count('<figure data-role="figure"') == 3
    assert page.count('data-role="player"') == 2
    assert 'data-step="3"' in page
    assert page.index('data-step="3"') < page.index('data-step="20"')
    assert "2 steps" in page


def test_an_experiments_gallery_shows_the_last_of_each_series(site: MemoryOutput) -> None:
    page = site.files["experiment/7/index.html"].decode()
    assert page.count('<figure data-role="figure"') == 5
    assert "s/20.png" in page
    assert "s/3.png" not in page
    assert "compressed" not in page


def test_series_are_told_by_key_or_by_name() -> None:
    assert series_of(Artifact(path="a.png", size_bytes=1, key="k", step=0)).step == 0
    assert series_of(Artifact(path=MLFLOW.format(-3, ".png"), size_bytes=1)).step == -3
    assert series_of(Artifact(path="images/plain.png", size_bytes=1, key="k")) is None


def test_without_pictures_there_is_no_file(tmp_path: Path) -> None:
    store = make_store(tmp_path / "runs", {"7": "digits"})
    make_run(store, "a", experiment_id="7", artifacts={"x.txt": b"1"})
    output = MemoryOutput()
    build(open_store(store), output)
    assert not [path for path in output.files if path.startswith("data/figures")]
