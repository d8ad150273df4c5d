from __future__ import annotations

import json

import pytest

from reporter.model import Problem
from reporter.site.writing.manifest import (
    FileEntry,
    Ledger,
    Manifest,
    ManifestError,
    NewerManifestError,
    inputs_digest,
)

ENTRY = FileEntry(sha256="a", size_bytes=1)


def test_a_manifest_comes_back_as_it_was_written():
    entry = FileEntry(sha256="a" * 64, size_bytes=3, inputs="i", needs=("x",),
                      problems=(Problem(what="w", where="日本\ud800"),))  # fmt: skip
    manifest = Manifest(report_id="r", files={"b": ENTRY, "a/日": entry}, old={"data/o.js": 4})
    assert Manifest.from_json(manifest.to_json()) == manifest


def test_a_manifest_is_sorted_json():
    text = Manifest(files={"b": ENTRY, "a": ENTRY}).to_json()
    assert list(json.loads(text)["files"]) == ["a", "b"]


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b", "c:/x", "a\\..\\b"])
def test_a_manifest_that_names_other_places_is_not_believed(path):
    for manifest in (Manifest(files={path: ENTRY}), Manifest(old={path: 1})):
        with pytest.raises(ManifestError, match="leads out"):
            Manifest.from_json(manifest.to_json())


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"{}", b'{"format":1}', b"<<<<<<<", b"\xff"])
def test_other_texts_are_no_manifest(text):
    with pytest.raises(ManifestError):
        Manifest.from_json(text)


def test_a_newer_manifest_says_so():
    with pytest.raises(NewerManifestError):
        Manifest.from_json(b'{"format":99}')


def test_data_of_the_last_build_stays_for_one_build():
    first = Manifest(files={"data/a.js": ENTRY, "run/x.html": ENTRY})
    ledger = Ledger(first)
    assert ledger.old() == {"data/a.js": 1}
    assert ledger.outdated() == ["run/x.html"]
    second = Ledger(Manifest(files={}, old=ledger.old()))
    assert second.outdated() == ["data/a.js"]


def test_suspects_are_ours_but_not_believed():
    ledger = Ledger(Manifest(files={"a": ENTRY}), suspects={"a", "b"})
    assert ledger.owns("b")
    assert ledger.last("a") is None
    assert ledger.outdated() == ["a", "b"]


def test_one_path_holds_one_file():
    ledger = Ledger(Manifest())
    assert ledger.add("a", ENTRY)
    assert not ledger.add("a", ENTRY)
    with pytest.raises(ValueError, match="two different files"):
        ledger.add("a", FileEntry(sha256="b", size_bytes=1))


def test_digests_tell_parts_apart():
    assert inputs_digest("ab", "c") != inputs_digest("a", "bc")
    assert inputs_digest("\ud800")
