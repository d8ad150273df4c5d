"""Whatever the bytes, whatever the name: a fragment, a template that prints, capped reading."""

from __future__ import annotations

import io
import json
import struct
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporter.renderers.registry import RENDERERS

MEDIA_TYPES = sorted(
    {pattern.replace("*", "x") for pattern in RENDERERS} | {"image/tiff", "application/geo+json"}
)
MAGICS = [
    b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff\xc0", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8X",
    b"BM", b"\0\0\0\x1cftypavif ispe", b"%PDF-", b"\x93NUMPY\x01\0\x10\0", b"PK\x03\x04", b"PAR1",
    b"PK\x05\x06", b"ARROW1\0\0", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0", b"<svg>", b"<svg",
    b'{"data":[', b'{"$schema":"https://vega.github.io/schema/vega-lite/v6.json",', b"[[[[",
    b"Plotly.newPlot('a',[", b"flavors:\n  ", b"\xff\xfe", b"\x10\0\0\0\0\0\0\0{", b'a,b\n"',
]  # fmt: skip
SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SECRET = "<script>alert(1)</script>"


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@SLOW
@given(magic=st.sampled_from(MAGICS), tail=st.binary(max_size=300))
def test_random_bytes_never_raise(media_type, magic, tail, draw, to_html):
    fragment = draw("some/file.dat", magic + tail, media_type=media_type)
    assert to_html(fragment)
    for path, content in fragment.files.items():
        assert path.startswith(("artifacts/", "data/", "assets/"))
        assert isinstance(content() if callable(content) else content, bytes)


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("name", [f"a{SECRET}.b", 'a" onload="x.png', "é#?%20 '.svg"])
def test_names_are_text_everywhere(media_type, name, draw, to_html):
    for data in (SECRET.encode(), b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1"):
        html = to_html(draw(name, data, media_type=media_type))
        assert SECRET not in html
        assert 'a" onload="' not in html


PIECES = {
    "a.png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1" + b"x" * 80, 300_000),
    "a.txt": (b"word " * 20, 300_000),
    "a.py": (b"x = 1\n" * 20, 300_000),
    "a.json": (b'["' + b"x" * 98, 2_100_000),
    "a.bin": (b"\0" * 100, 1_000),
    "a.pkl": (b"\x80\x04" * 50, 1_000),
    "a.md": (b"# head\n" * 20, 300_000),
    "a.svg": (b"<svg>" + b" " * 95, 9_000_000),
    "a.yaml": (b"a: 1\n" * 20, 320_000),
    "MLmodel": (b"flavors:\n  a:\n    b: c\n", 300_000),
    "a.npy": (b"\x93NUMPY\x01\0v\0" + b" " * 100, 20_000),
    "a.pdf": (b"%PDF-1.7" * 12, 1_000),
    "a.safetensors": (b"\xff" * 100, 1_000),
    "a.tar": (bytes(257) + b"ustar\x0000" + bytes(247), 2_000_000),
    "a.tar.gz": (b"\x1f\x8b\x08" + bytes(97), 5_000_000),
}


@pytest.mark.parametrize("path", PIECES)
def test_a_large_file_is_not_read_to_its_end(path, count_read):
    piece, cap_bytes = PIECES[path]
    assert count_read(path, piece * (12_000_000 // len(piece))) <= cap_bytes


def test_json_nested_100_000_deep_is_shown_as_text(draw, to_html):
    fragment = draw("deep.json", b"[" * 100_000 + b"]" * 100_000)
    assert fragment.problem.what == "Not readable as JSON"
    assert "[[[[" in to_html(fragment)
    assert len(to_html(fragment)) < 20_000


@pytest.mark.parametrize("path", ["a.vl.json", "a.plotly.json", "a.ipynb", "a.geojson", "b.jsonl"])
def test_every_kind_of_json_survives_depth(path, draw):
    assert draw(path, b"[" * 100_000)
    assert draw(path, b'{"data":' * 50_000)


def test_a_zip_bomb_is_a_listing(draw, to_html):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.bin", bytes(50_000_000))
        archive.writestr("../../evil.txt", b"x")
    fragment = draw("bomb.zip", buffer.getvalue())
    assert "50,000,000" in to_html(fragment)
    assert "../../evil.txt" in to_html(fragment)


def test_a_zip_that_claims_a_huge_listing_is_not_read(draw):
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, 2**31, 0, 0)
    assert draw("a.zip", b"PK\x03\x04" + end).problem.what == "Zip not readable"


def test_a_compressed_tar_is_unpacked_only_so_far(draw, to_html):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo("zeros.bin")
        info.size = 60_000_000
        archive.addfile(info, io.BytesIO(bytes(info.size)))
    html = to_html(draw("bomb.tar.gz", buffer.getvalue()))
    assert "zeros.bin" in html
    assert "of more" in html


def test_an_image_of_two_gigabytes_is_not_put_into_the_page(draw, to_html):
    head = struct.pack(">II", 30_000, 30_000) + b"\x08\x06\0\0\0"
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    fragment = draw("huge.png", b"\x89PNG\r\n\x1a\n" + chunk)
    assert fragment.problem.what == "Image too large to show"
    assert "<img" not in to_html(fragment)


def test_a_png_that_is_none_leaves_a_hole_in_the_gallery(draw, to_html):
    fragment = draw("fake.png", b"words")
    assert fragment.problem.what == "Not an image"
    assert fragment.is_figure
    assert 'class="hole"' in to_html(fragment)


def test_a_pickle_is_never_loaded(draw, to_html, tmp_path):
    import os
    import pickle

    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "sprung"),))

    for name in ("model.pkl", "model.joblib", "weights.pt", "a.skops", "noext"):
        fragment = draw(name, pickle.dumps(Trap()))
        assert to_html(fragment)
    assert not (tmp_path / "sprung").exists()


def test_object_arrays_are_described_and_not_loaded(draw, to_html):
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert "|O" in to_html(draw("objects.npy", buffer.getvalue()))


def test_formulas_in_tables_are_text(draw, to_html):
    html = to_html(draw("a.csv", "name,value\n=cmd|' /C calc'!A0,1\n@SUM(A1),-2\n"))
    assert "2 cells begin like a formula" in html
    assert "formula" not in to_html(draw("a.csv", "name,value\nx,-2\ny,1e5\n"))
    assert "=cmd|" in html
    assert "<a " not in html


def test_markdown_has_no_way_out(draw, to_html):
    text = (
        "[a](javascript:alert(1)) [b](https://example.org) [c](//evil.test) "
        "[d](data:text/html,x)\n\n"
        "![e](https://evil.test/e.png) ![f](../secret.png) <img src=x onerror=alert(1)>\n\n"
        f"{SECRET} `{SECRET}`\n\n[g]: javascript:alert(1)\n\n[g]\n"
    )
    html = to_html(draw("notes/README.md", text))
    assert 'href="javascript' not in html
    assert 'evil.test/e.png"' not in html
    assert "<img" not in html
    assert "<script" not in html
    assert 'href="https://example.org"' in html
    assert 'rel="noopener noreferrer"' in html


def test_markdown_shows_pictures_of_its_own_run(draw, to_html):
    known = {"plots/roc.png": "../artifacts/r/plots/roc.png"}
    html = to_html(
        draw(
            "notes/README.md",
            "![roc](../plots/roc.png) ![out](../../../etc/passwd)",
            find=lambda path: known.get(path, ""),
        )
    )
    assert 'src="../artifacts/r/plots/roc.png"' in html
    assert "passwd" not in html.replace("[out]", "")


def test_binary_numbers_beyond_any_size_are_no_problem(draw):
    assert draw("a.json", json.dumps({"n": 10**4000}))
    assert draw("a.json", "[1e999, -1e999, NaN]")
    assert draw("a.json", "1" * 6000)
