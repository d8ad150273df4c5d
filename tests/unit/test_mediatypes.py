"""Names claim, bytes prove, and nothing that a server would run keeps its name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import mediatypes
from reporter.mediatypes import detect, guess, inert_suffix, suffix_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF"
ZIP = b"PK\x03\x04" + bytes(20)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b/ROC.PNG", "image/png"),
        ("model/MLmodel", "application/x-mlmodel+yaml"),
        ("requirements.txt", "text/x-requirements"),
        ("runs.tar.gz", "application/x-tar"),
        ("chart.vl.json", mediatypes.VEGA_LITE),
        ("fig.plotly.json", mediatypes.PLOTLY),
        (".hidden", "application/octet-stream"),
        ("noext", "application/octet-stream"),
        ("a.unknown", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_a_name_is_a_claim(path, expected):
    assert guess(path) == expected


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("plot.png", JPEG, "image/jpeg"),
        ("photo.jpg", PNG, "image/png"),
        ("noext", PNG, "image/png"),
        ("page.html", PNG, "image/png"),
        ("clip.webm", b"\0\0\0\x18ftypmp42", "video/mp4"),
        ("data.csv", b"PAR1....", "text/csv"),
        ("data.bin", b"PAR1\x15\0\x15\0", "application/vnd.apache.parquet"),
        ("x.dat", b"\0" * 257 + b"ustar\x0000", "application/x-tar"),
    ],
)
def test_magic_bytes_override_a_lying_name(path, head, expected):
    assert detect(path, head) == expected


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("arrays.npz", ZIP, "application/x-npz"),
        ("weights.pt", ZIP, "application/x-pytorch"),
        ("book.xlsx", ZIP, guess("book.xlsx")),
        ("runs.tar.gz", b"\x1f\x8b\x08\0", "application/x-tar"),
        ("model.joblib", b"\x1f\x8b\x08\0", "application/x-python-pickle"),
        ("plot.png", ZIP, "application/zip"),
    ],
)
def test_a_container_leaves_the_last_word_to_the_name_of_what_it_contains(path, head, expected):
    assert detect(path, head) == expected


def test_a_picture_that_is_none_keeps_its_claim_so_that_somebody_complains():
    assert detect("fake.png", b"not a picture") == "image/png"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"plain words\n", "text/plain"),
        ("Grüße".encode(), "text/plain"),
        ("é".encode()[:1], "text/plain"),  # cut through a character at the end
        (b"\x1b[31mred", "text/plain"),
        (b"a\0b", "application/octet-stream"),
        (b"\xc3(broken", "application/octet-stream"),
        (b"  <!DOCTYPE html><p>", "text/html"),
        (b"\xef\xbb\xbf<svg xmlns=''>", "image/svg+xml"),
        (b"", "text/plain"),
    ],
)
def test_without_a_telling_name_the_bytes_are_looked_at(head, expected):
    assert detect("noext", head) == expected


def test_figures_are_told_from_other_json():
    vega = {"$schema": "https://vega.github.io/schema/vega-lite/v6.1.0.json", "mark": "bar"}
    plotly = {"data": [{"x": [1], "type": "scatter"}], "layout": {}}
    assert detect("a.json", json.dumps(vega).encode()) == mediatypes.VEGA_LITE
    assert detect("a.json", json.dumps(plotly).encode()) == mediatypes.PLOTLY
    assert detect("a.json", b'{"data": [1, 2]}') == "application/json"
    assert detect("a.json", b'{"columns": ["a"], "data": [[1]]}') == "application/json"


def test_what_was_declared_counts_where_the_name_says_less():
    assert detect("a.json", b"{}", mediatypes.PLOTLY) == mediatypes.PLOTLY
    assert detect("noext", b"a,b\n", "text/csv; charset=utf-8") == "text/csv"
    assert detect("a.txt", b"<p>", "text/html") == "text/plain"
    assert detect("a.png", PNG, "text/html") == "image/png"
    assert detect("noext", b"words", "nonsense") == "text/plain"


@pytest.mark.parametrize(
    "path",
    ["a.html", "A.HTM", "a.svg", "a.xml", "a.xhtml", "x.php", "a.shtml", ".htaccess", "a.html.gz",
     "x.php.png", "feed.atom", "m.mhtml", "web.config", "deep/Web.Config", ".user.ini", "x.pht"],
)  # fmt: skip
def test_what_a_server_would_run_gets_an_inert_name(path):
    assert inert_suffix(path, b"anything") == ".txt"


@pytest.mark.parametrize("path", ["model.pkl", "noext", "a.b.weird", ".hidden", "a.npy"])
@pytest.mark.parametrize(
    "head", [b"<script>", b"\xef\xbb\xbf \n<html>", b"\xff\xfe<\0s\0", b"\0<?xml?>", b"<"]
)
def test_markup_under_a_name_that_servers_guess_the_type_of_gets_an_inert_name(path, head):
    assert inert_suffix(path, head) == ".txt"


@pytest.mark.parametrize("path", ["a.png", "a.txt", "a.csv", "a.json", "a.pdf", "a.mp4"])
def test_names_with_a_type_that_runs_nothing_are_kept(path):
    assert inert_suffix(path, b"<script>") == ""


def test_ordinary_files_keep_their_names():
    assert [inert_suffix(name, b"words") for name in ("noext", "model.pkl", "a.yaml")] == [""] * 3


@given(st.text(max_size=40), st.binary(max_size=400), st.text(max_size=20))
def test_anything_has_a_media_type(path, head, declared):
    media_type = detect(path, head, declared)
    assert "/" in media_type
    assert media_type == media_type.lower()
    assert inert_suffix(path, head) in {"", ".txt"}
    assert "/" not in suffix_of(path)


@given(st.sampled_from(["html", "svg", "xml", "php"]), st.text("abc.", max_size=10), st.binary())
def test_no_active_suffix_ever_ends_a_name(suffix, stem, head):
    name = f"{stem}.{suffix}"
    assert (name + inert_suffix(name, head)).endswith(".txt")
