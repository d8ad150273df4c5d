"""One file of every other kind in a real browser: what is seen of it, from a folder and a host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

MAKE = """
import io, json, struct, sys, tarfile, wave, zipfile
import numpy, pandas, reporter
from onnx import TensorProto, helper
from PIL import Image

reporter.set_tracking_uri(sys.argv[1])
reporter.set_experiment("zoo")

def put(path, data):
    from pathlib import Path
    folder, _, name = path.rpartition("/")
    Path(name).write_bytes(data if isinstance(data, bytes) else data.encode())
    reporter.log_artifact(name, folder or None)

def made(write):
    out = io.BytesIO()
    write(out)
    return out.getvalue()

frame = pandas.DataFrame({"city": ["Oslo", "Rome"], "size": [1.5, 2.25]})
ramp = numpy.linspace(0, 1, 600).reshape(20, 30)

def sound(out):
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((numpy.sin(numpy.arange(16000) / 9) * 3e4).astype("<i2").tobytes())

def zipped(out):
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("inner/weights.bin", bytes(1234))

def tarred(out):
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        info = tarfile.TarInfo("inner/in_tar.txt")
        info.size = 5
        file.addfile(info, io.BytesIO(b"hello"))

ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "n"]) for name in "xy"]
graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", ports[:1], ports[1:])
header = json.dumps({"layer.weight": {"dtype": "F32", "shape": [3, 5], "data_offsets": [0, 60]}})
cells = [
    {"cell_type": "markdown", "metadata": {}, "source": "# Findings"},
    {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "print(41 + 1)",
     "outputs": [{"output_type": "stream", "name": "stdout", "text": "42"}]},
]
place = {"type": "Feature", "properties": {"name": "lake"}, "geometry":
         {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 5], [0, 0]]]}}
with reporter.start_run(run_name="zoo"):
    put("t/a.parquet", made(frame.to_parquet))
    put("t/a.feather", made(frame.to_feather))
    put("t/a.xlsx", made(lambda out: frame.to_excel(out, index=False)))
    put("t/a.tsv", frame.to_csv(index=False, sep="\\t"))
    put("t/a.jsonl", frame.to_json(orient="records", lines=True))
    put("n/a.npy", made(lambda out: numpy.save(out, ramp)))
    put("n/a.npz", made(lambda out: numpy.savez(out, ramp=ramp)))
    put("n/a.safetensors", struct.pack("<Q", len(header)) + header.encode() + bytes(60))
    put("n/a.onnx", helper.make_model(graph).SerializeToString())
    put("m/a.wav", made(sound))
    put("m/a.webm", b"\\x1aE\\xdf\\xa3 and no more")
    put("m/a.pdf", b"%PDF-1.4 and no more")
    put("m/a.PDF.html", b"%PDF-1.4 <html><script>top.pwned = 1</script>")
    picture = Image.fromarray((ramp * 255).astype("uint8"))
    pictures = {"seen": [picture, picture.rotate(90)], "said": ["a", "b"]}
    reporter.log_table(pictures, "t/pictures.json")
    for kind in ("jpg", "gif", "webp", "bmp", "tiff"):
        put(f"i/a.{kind}", made(lambda out: picture.save(out, kind.replace("jpg", "jpeg"))))
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    put("d/a.ipynb", json.dumps(book))
    put("d/a.geojson", json.dumps(place))
    put("d/a.yaml", "optimiser:\\n  name: adam\\n")
    put("d/a.toml", "[optimiser]\\nname = 'sgd'\\n")
    put("d/a.xml", "<model><name>net</name></model>")
    put("d/a.zip", made(zipped))
    put("d/a.tar.gz", made(tarred))
    put("d/MLmodel", "flavors:\\n  sklearn:\\n    sklearn_version: 1.5\\n")
    put("d/a.pdb", "ATOM      1  N   MET A   1\\n")
    put("d/a.glb", b"glTF" + bytes(20))
    put("d/a.pkl", b"\\x80\\x04N.")
    put("d/long.log", "".join(f"line {n}\\n" for n in range(40000)))
"""

SEEN = {
    "t/a.parquet": ("tbody tr:nth-child(2)", "Rome"),
    "t/a.feather": ("tbody tr:nth-child(2)", "2.25"),
    "t/a.xlsx": ("tbody tr:nth-child(1)", "Oslo"),
    "t/a.tsv": ("tbody tr:nth-child(1)", "1.50"),
    "t/a.jsonl": ("tbody tr:nth-child(2)", "Rome"),
    "n/a.npy": (".kv", "20 × 30"),
    "n/a.npz": ("tbody", "float64"),
    "n/a.safetensors": ("tbody", "layer.weight"),
    "n/a.onnx": (".viewer", "Relu"),
    "m/a.pdf": (".viewer", "PDF 1.4"),
    "d/a.ipynb": (".notebook", "42"),
    "d/a.yaml": (".json", "adam"),
    "d/a.toml": (".json", "sgd"),
    "d/a.xml": (".json", "net"),
    "d/a.zip": (".viewer", "inner/weights.bin"),
    "d/a.tar.gz": (".viewer", "inner/in_tar.txt"),
    "d/MLmodel": (".viewer", "sklearn"),
    "d/a.pdb": ("pre", "ATOM"),
    "d/a.glb": ("pre.hex", "glTF"),
    "d/a.pkl": (".viewer", "Never loaded"),
}


@pytest.fixture(scope="module")
def zoo(run_python, report, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("zoo")
    made = run_python("-c", MAKE, str(folder / "runs"), cwd=folder)
    assert made.returncode == 0, made.stderr
    built = report("build", str(folder / "runs"), "-o", str(folder / "site"))
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@pytest.fixture(params=["file", "sub-path"])
def open_run(request, zoo, open_place, open_page):
    place = open_place(zoo, request.param)
    (path,) = (zoo / "run").glob("*.html")
    return lambda view="", **options: open_page(place, f"run/{path.name}{view}", **options)


def preview(page, path: str):
    page.locator(f'[data-preview][data-path="{path}"]').click()
    shown = page.locator(f'.preview[data-of="{path}"]')
    shown.wait_for()
    return shown


def size_of(picture) -> list[int]:
    """Wait for a picture; return its size as the browser decoded it."""
    picture.scroll_into_view_if_needed()
    return picture.evaluate(
        "(img) => new Promise((done) => { const look = () => img.complete && img.naturalWidth"
        " ? done([img.naturalWidth, img.naturalHeight]) : setTimeout(look, 20); look(); })"
    )


def test_every_kind_of_file_is_shown(open_run):
    page = open_run()
    for path, (part, text) in SEEN.items():
        shown = preview(page, path).locator(part).first
        assert text in shown.inner_text(), path


def test_arrays_are_pictures_and_sounds_are_drawn(open_run):
    page = open_run()
    for path in ("n/a.npy", "n/a.npz"):
        assert size_of(preview(page, path).locator("img")) == [30, 20]
    assert preview(page, "n/a.npy").locator(".histogram path").count() == 1
    shown = preview(page, "m/a.wav")
    assert shown.locator(".wave path").get_attribute("d").count("M") == 240
    assert "0:02, 8 kHz, mono" in shown.inner_text()
    shown.locator("audio").evaluate("(sound) => { sound.preload = 'metadata'; sound.load(); }")
    page.wait_for_function("() => document.querySelector('audio').duration === 2")
    assert preview(page, "m/a.webm").locator("video[controls][preload=none]").count() == 1


def test_pictures_of_every_format_are_decoded(open_run):
    page = open_run()
    for kind in ("jpg", "gif", "webp", "bmp", "tiff"):
        card = page.locator(f'[data-role=figure][data-path="i/a.{kind}"]').first
        assert size_of(card.locator("img")) == [30, 20], kind
    drawn = page.locator('[data-role=figure][data-path="d/a.geojson"] [data-role=vega]').first
    assert size_of(drawn.locator("img"))[0] > 500


def test_a_document_is_shown_in_the_page_at_a_click(open_run):
    page = open_run(quiet=False)  # the browser's viewer has addresses of its own kind
    shown = preview(page, "m/a.pdf")
    assert shown.locator("iframe").count() == 0
    shown.get_by_role("button", name="Show here").click()
    assert shown.locator("iframe").get_attribute("src").endswith("/m/a.pdf")
    assert preview(page, "m/a.PDF.html").get_by_role("button", name="Show here").count() == 0


def test_pictures_in_a_table_are_seen(open_run):
    shown = preview(open_run(), "t/pictures.json")
    assert size_of(shown.locator("tbody img").first) == [30, 20]
    assert shown.locator("tbody tr").count() == 2


def test_a_figures_name_stands_below_it_whatever_its_kind(open_run):
    page = open_run()
    for kind in ("jpg", "tiff"):
        caption = page.locator(f'[data-role=figure][data-path="i/a.{kind}"] figcaption').first
        assert f"a.{kind}" in caption.inner_text()
        assert caption.locator("[title='30 × 20']").count() == 1


def test_the_end_of_a_long_text_is_there_and_lines_have_addresses(open_run):
    page = open_run()
    shown = preview(page, "d/long.log")
    tail = shown.locator(".lines.tail > span")
    assert tail.last.inner_text().strip() == "line 39999"
    tail.last.click(position={"x": 8, "y": 6})
    page.wait_for_function("() => location.hash.includes('line=40000')")
    assert "file=d/long.log" in page.evaluate("location.hash")


def test_a_link_to_a_line_opens_its_file(open_run):
    page = open_run("#v=1&file=d/long.log&line=2500")
    marked = page.locator(".lines > .marked")
    marked.wait_for()
    assert marked.inner_text().strip() == "line 2499"
    box = marked.bounding_box()
    assert 0 < box["y"] < 900
    assert re.search("d/long.log", page.locator(".preview:visible header").inner_text())
