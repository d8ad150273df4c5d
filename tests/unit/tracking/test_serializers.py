"""Figures and images are written in the form their name asks for."""

from __future__ import annotations

import io
import json
import sys

import numpy as np
import pytest

from reporter.errors import InvalidInputError
from reporter.tracking.serializers import serialize_figure, serialize_image


def _decoded(data: bytes) -> np.ndarray:
    image = pytest.importorskip("PIL.Image")
    return np.asarray(image.open(io.BytesIO(data)))


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "jpg"])
def test_matplotlib(suffix: str) -> None:
    figure_class = pytest.importorskip("matplotlib.figure").Figure
    figure = figure_class()
    figure.subplots().plot([1, 2])
    data = serialize_figure(figure, f"a/b.{suffix}", {"dpi": 40})
    magic = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "jpg": b"\xff\xd8"}
    assert data.startswith(magic[suffix])


def test_matplotlib_says_what_it_cannot_write() -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    with pytest.raises(InvalidInputError, match=r"cannot write '\.xyz'"):
        serialize_figure(figure, "a.xyz", {})


def test_plotly() -> None:
    graphs = pytest.importorskip("plotly.graph_objects")
    figure = graphs.Figure(graphs.Scatter(x=[1, 2], y=[3, 4]))
    assert json.loads(serialize_figure(figure, "a.json", {}))["data"][0]["type"] == "scatter"
    assert b"Plotly.newPlot" in serialize_figure(figure, "a.html", {})


def test_altair() -> None:
    altair = pytest.importorskip("altair")
    chart = altair.Chart(altair.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q")
    for figure in (chart, chart | chart, chart + chart):
        assert "$schema" in json.loads(serialize_figure(figure, "a.json", {}))
    assert serialize_figure(chart, "a.png", {}).startswith(b"\x89PNG")
    assert b"<svg" in serialize_figure(chart, "a.svg", {})


def test_unknown_figures_are_refused_with_a_way_out() -> None:
    with pytest.raises(InvalidInputError, match="log_artifact"):
        serialize_figure(object(), "a.png", {})


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (np.array([[0, 255]], dtype=np.uint8), [[0, 255]]),
        (np.array([[0.0, 0.5, 1.0]]), [[0, 127, 255]]),
        (np.array([[True, False]]), [[255, 0]]),
        (np.array([[[1, 2, 3]]], dtype=np.int64), [[[1, 2, 3]]]),
        (np.array([[[1, 2, 3, 4]]], dtype=np.uint8), [[[1, 2, 3, 4]]]),
        (np.array([[[7]]], dtype=np.uint8), [[7]]),
    ],
)
def test_arrays_of_any_kind(image: np.ndarray, expected: list[object]) -> None:
    assert _decoded(serialize_image(image, "a.png")).tolist() == expected


def test_floats_out_of_range_are_scaled_and_said() -> None:
    with pytest.warns(UserWarning, match="are scaled"):
        data = serialize_image(np.array([[-1.0, 2.0, np.nan]]), "a.png")
    assert _decoded(data).tolist() == [[0, 255, 0]]


@pytest.mark.parametrize(
    "image", [np.zeros(3), np.zeros((2, 2, 5)), np.array([[300]]), np.array([["a"]])]
)
def test_what_is_no_image_is_refused(image: np.ndarray) -> None:
    with pytest.raises(InvalidInputError):
        serialize_image(image, "a.png")


def test_pillow_images() -> None:
    image = pytest.importorskip("PIL.Image").new("RGBA", (3, 2), (255, 0, 0, 255))
    assert _decoded(serialize_image(image, "a.png")).shape == (2, 3, 4)
    assert _decoded(serialize_image(image, "a.jpg")).shape == (2, 3, 3)


def test_png_of_ours_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert serialize_image(np.zeros((2, 2)), "a.png").startswith(b"\x89PNG")
    with pytest.raises(InvalidInputError, match="needs Pillow"):
        serialize_image(np.zeros((2, 2)), "a.jpg")
