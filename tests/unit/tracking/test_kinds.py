"""A report tells a figure from a file by what was called, so each call records its kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reporter
from reporter.store.reader import open_store


def test_each_call_records_what_it_logged(tmp_path: Path) -> None:
    pyplot = pytest.importorskip("matplotlib.figure", reason="matplotlib draws the figure")
    plain = tmp_path / "plain.png"
    plain.write_bytes(b"\x89PNG")
    reporter.set_tracking_uri(str(tmp_path / "runs"))
    pixels = np.zeros((4, 4, 3), dtype=np.uint8)
    with reporter.start_run():
        reporter.log_figure(pyplot.Figure(), "figure.png")
        reporter.log_image(pixels, "image.png")
        reporter.log_image(pixels, key="samples", step=3)
        reporter.log_table(pd.DataFrame({"a": [1]}), "table.json")
        reporter.log_dict({"a": 1}, "dict.json")
        reporter.log_text("x", "text.txt")
        reporter.log_artifact(str(plain))
    reader = open_store(str(tmp_path / "runs"))
    (run,) = reader.runs([found.experiment_id for found in reader.experiments()])
    kinds = {(a.kind, a.path.split("/")[0], a.key, a.step) for a in run.artifacts}
    assert kinds == {
        ("figure", "figure.png", "", None),
        ("image", "image.png", "", None),
        ("image", "images", "samples", 3),
        ("table", "table.json", "", None),
        ("dict", "dict.json", "", None),
        ("text", "text.txt", "", None),
        ("file", "plain.png", "", None),
    }
