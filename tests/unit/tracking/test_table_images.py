"""Pictures in logged tables: files of the run, named in the cell as MLflow names them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import reporter
from reporter.errors import InvalidInputError

pandas = pytest.importorskip("pandas", reason="log_table needs pandas")
Pillow = pytest.importorskip("PIL.Image", reason="pictures are Pillow's")


def logged(data: object) -> tuple[Path, dict]:
    with reporter.start_run() as run:
        reporter.log_table(data, "eval/answers.json")
    (folder,) = Path(reporter.get_tracking_uri()).glob(f"*/{run.info.run_id}/artifacts")
    return folder, json.loads((folder / "eval/answers.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def store(tmp_path):
    reporter.set_tracking_uri(str(tmp_path / "runs"))


@pytest.mark.parametrize("wrap", [lambda image: image, reporter.Image], ids=["pillow", "ours"])
def test_a_picture_is_a_file_and_its_cell_says_which(wrap):
    red, blue = (Pillow.new("RGB", (4, 3), color) for color in ("red", "blue"))
    folder, table = logged({"n": [1, 2, 3], "image": [wrap(red), wrap(blue), wrap(red)]})
    cells = [row[1] for row in table["data"]]
    assert {cell["type"] for cell in cells} == {"image"}
    assert cells[0]["filepath"].startswith("table_images/eval/answers/")
    assert cells[0] == cells[2] != cells[1]
    with Pillow.open(folder / cells[1]["filepath"]) as kept:
        assert (kept.size, kept.getpixel((0, 0))) == ((4, 3), (0, 0, 255))


def test_the_frame_that_was_given_stays_as_it_was():
    frame = pandas.DataFrame({"image": [Pillow.new("RGB", (4, 3))]})
    logged(frame)
    assert frame["image"][0].size == (4, 3)


def test_pictures_among_other_values_are_refused():
    with reporter.start_run(), pytest.raises(InvalidInputError, match="Column 'image'"):
        reporter.log_table({"image": [Pillow.new("RGB", (4, 3)), "none"]}, "a.json")
