"""Notebooks, workbooks, TIFF, maps, ONNX models and sounds: seen as they are, hostile or not."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from reporter.renderers.geo import _is_clockwise
from reporter.renderers.waveform import read_waveform

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 20).decode()


def notebook(*cells: dict[str, object], **fields: object) -> str:
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": list(cells), **fields})


def code(source: object, *outputs: dict[str, object], count: object = 1) -> dict[str, object]:
    return {
        "cell_type": "code",
        "source": source,
        "outputs": list(outputs),
        "execution_count": count,
    }


def test_a_notebook_shows_cells_and_outputs(draw, to_html):
    stream = {"output_type": "stream", "name": "stdout", "text": ["0.5\n", "0.25\n"]}
    error = {"output_type": "error", "ename": "ValueError", "evalue": "lr < 0",
             "traceback": ["\x1b[31mValueError\x1b[0m: lr < 0"]}  # fmt: skip
    picture = {
        "output_type": "display_data",
        "data": {"image/png": [PNG], "text/plain": "<Figure>"},
    }
    fragment = draw("a.ipynb", notebook(
        {"cell_type": "markdown", "source": ["# Title\n", "with *stress*"]},
        code(["import numpy as np\n", "x = 1"], stream, picture, error, count=7)))  # fmt: skip
    html = to_html(fragment)
    assert "<h3>Title</h3>" in html
    assert "<em>stress</em>" in html
    assert 'data-label="[7]"' in html
    assert "p-kn" in html
    assert "0.5\n0.25" in html
    assert "ValueError: lr &lt; 0" in html
    (path,) = fragment.files
    assert fragment.files[path].startswith(b"\x89PNG")
    assert f'src="../{path}"' in html
    assert "python, 2 cells" in html


def test_nothing_of_a_hostile_notebook_runs(draw, to_html):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    kinds = ("text/html", "text/plain", "application/javascript", "image/svg+xml")
    outputs = [{"output_type": "execute_result", "data": {kind: hostile}} for kind in kinds]
    html = to_html(draw("a.ipynb", notebook(
        {"cell_type": "markdown", "source": hostile + "[x](javascript:alert(1))"},
        {"cell_type": "raw", "source": hostile}, code(hostile, *outputs))))  # fmt: skip
    assert "<script" not in html
    assert "<img src=x" not in html
    assert "javascript:alert" not in html.replace("](javascript:alert(1))", "")
    assert "Not shown here: application/javascript" in html


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"cells": 3}', '{"cells": [1]}', "[" * 100_000])
def test_what_is_no_notebook_is_text(text, draw, to_html):
    fragment = draw("a.ipynb", text)
    assert fragment.problem.what == "Not readable as a notebook"
    assert "viewer" in to_html(fragment)


def test_an_old_notebook_and_a_long_one(draw, to_html):
    old = {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [
        {"cell_type": "code", "input": "1+1", "prompt_number": 2, "outputs": [
            {"output_type": "pyout", "text": ["2"]}]}]}]}  # fmt: skip
    assert 'data-label="[2]"' in to_html(draw("a.ipynb", json.dumps(old)))
    html = to_html(draw("a.ipynb", notebook(*[code("x")] * 250)))
    assert "250 cells, of which 50 are left out" in html
    long = {"output_type": "stream", "text": "line\n" * 5_000}
    assert "4,800 more lines" in to_html(draw("a.ipynb", notebook(code("x", long))))


def test_a_workbook_shows_its_sheets(draw, to_html):
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="openpyxl") as writer:
        pd.DataFrame({"lr": [0.1, None], "note": ["<b>", "x"]}).to_excel(
            writer, sheet_name="runs", index=False
        )
        pd.DataFrame({"n": range(80)}).to_excel(writer, sheet_name="many", index=False)
    html = to_html(draw("a.xlsx", out.getvalue()))
    assert "<bdi>runs</bdi>" in html
    assert "2 rows, 2 columns" in html
    assert "&lt;b&gt;" in html
    assert "80 rows, 1 column" in html
    assert html.count("<details open") == 1


def test_a_workbook_that_is_a_bomb_is_not_opened(draw):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 150_000_000)
    assert "too many to look at" in draw("a.xlsx", out.getvalue()).problem.detail


@pytest.mark.parametrize(
    ("array", "mode"),
    [
        (np.arange(60_000, dtype=np.uint16).reshape(200, 300), "L"),
        (np.linspace(-5, 5, 60_000, dtype=np.float32).reshape(200, 300), "L"),
        (np.full((200, 300), np.nan, dtype=np.float32), "L"),
        (np.zeros((200, 300, 3), np.uint8), "RGB"),
    ],
)
def test_tiff_becomes_a_picture(array, mode, draw, to_html):
    out = io.BytesIO()
    Image.fromarray(array).save(out, "TIFF")
    fragment = draw("cells.tif", out.getvalue())
    (path,) = fragment.files
    shown = Image.open(io.BytesIO(fragment.files[path]))
    assert (shown.size, shown.mode, shown.format) == ((300, 200), mode, "PNG")
    assert fragment.is_figure
    assert fragment.caption == "300 × 200"
    if mode == "L" and not np.isnan(array.astype(float)).all():
        assert (shown.getpixel((0, 0)), shown.getpixel((299, 199))) == (0, 255)
    assert 'width="300"' in to_html(fragment)


def test_a_tiff_that_is_none_or_too_large_is_a_hole(draw):
    assert draw("a.tif", b"II*\0" + b"\xff" * 40).problem.what == "Not an image"
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "TIFF", compression="group4")
    assert "pixels" in draw("big.tif", out.getvalue()).problem.detail


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_geojson_is_drawn(draw):
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    point = {"type": "Point", "coordinates": [2.0, 1.0]}
    collection = {"type": "FeatureCollection", "features": [
        feature(square, **{"a.b[c]": 1}), feature(point, name="</script>")]}  # fmt: skip
    fragment = draw("a.geojson", json.dumps(collection))
    assert fragment.problem is None
    assert fragment.is_figure
    poster = next(data for path, data in fragment.files.items() if path.endswith(".png"))
    drawn = Image.open(io.BytesIO(poster)).convert("RGBA")
    page = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn)
    pixels = np.asarray(page.convert("L"))
    assert 0.02 < (pixels < 200).mean() < 0.9


def test_rings_are_turned_so_that_small_shapes_stay_small():
    left = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    assert not _is_clockwise(left)
    assert _is_clockwise(left[::-1])


@pytest.mark.parametrize(
    "text", ['{"type": "FeatureCollection", "features": []}', "[1]", "{", '"x"']
)
def test_geojson_without_features_is_a_tree_or_text(text, draw, to_html):
    assert "viewer" in to_html(draw("a.geojson", text))


def test_onnx_is_described(draw, to_html):
    onnx = pytest.importorskip("onnx", reason="needs onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    weights = helper.make_tensor("w", kind, [3, 2], [0.0] * 6)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])], "g",
        [helper.make_tensor_value_info("x", kind, ["batch", 3])],
        [helper.make_tensor_value_info("y", kind, ["batch", 2])], [weights])  # fmt: skip
    model = helper.make_model(graph, producer_name="a trainer")
    html = to_html(draw("m.onnx", model.SerializeToString()))
    assert "a trainer" in html
    assert "batch × 3" in html
    assert "6 in 1 tensors" in html
    assert "MatMul" in html
    assert draw("m.onnx", b"\xff\xff\xff").problem.what == "Not readable as ONNX"


def wav(samples: bytes, n_bits: int, code: int = 1, rate_hz: int = 8000) -> bytes:
    width = n_bits // 8
    layout = struct.pack("<HHIIHH", code, 1, rate_hz, rate_hz * width, width, n_bits)
    body = b"LIST\x03\0\0\0abc\0" + b"fmt " + struct.pack("<I", 16) + layout
    body += b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


@pytest.mark.parametrize(
    ("kind", "n_bits", "code", "scale"),
    [("u1", 8, 1, 127), ("<i2", 16, 1, 32767), ("<i4", 32, 1, 2**31 - 1), ("<f4", 32, 3, 1)],
)
def test_sounds_are_drawn(kind, n_bits, code, scale, draw, to_html):
    loud = np.concatenate([np.zeros(4000), np.sin(np.arange(4000) / 3)])
    samples = (loud * scale + (128 if kind == "u1" else 0)).astype(kind).tobytes()
    found = read_waveform("audio/wav", io.BytesIO(wav(samples, n_bits, code)))
    assert found.seconds == pytest.approx(1.0)
    assert found.peaks[:100].max() < 0.02
    assert found.peaks[-100:].max() == pytest.approx(1.0, abs=0.02)
    html = to_html(draw("a.wav", wav(samples, n_bits, code)))
    assert '<path d="M0.5' in html
    assert "0:01, 8 kHz, mono" in html


def test_24_bits_are_read():
    value = np.array([2**23 - 1, -(2**22)], "<i4").tobytes()
    packed = value[0:3] + value[4:7]
    peaks = read_waveform("audio/wav", io.BytesIO(wav(packed, 24))).peaks
    assert peaks.tolist() == pytest.approx([1.0, 0.5], abs=1e-6)


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", wav(b"", 16), wav(b"\0" * 8, 16, code=7), b"ID3junk"]
)
def test_a_sound_that_cannot_be_read_has_a_player_all_the_same(data, draw, to_html):
    assert read_waveform("audio/wav", io.BytesIO(data)) is None
    assert "<audio controls" in to_html(draw("a.mp3", b"ID3" + data))
