"""Documents of another tool: merge patches of several writers, folded in one order."""

from __future__ import annotations

from reporter.adapters.documents import Documents
from reporter.store.combine import merge_stores
from reporter.store.layout import create_store


def test_patches_of_several_writers_come_together(tmp_path):
    one, two = Documents(str(tmp_path)), Documents(str(tmp_path))
    one.patch(1, "model", "m", {"tags": {"a": "1", "b": "1"}})
    two.patch(3, "model", "m", {"tags": {"a": None, "c": "3"}})
    assert one.get("model", "m") == {"tags": {"b": "1", "c": "3"}}
    one.patch(2, "model", "m", {"tags": {"a": "2", "d": "2"}})
    expected = {"tags": {"b": "1", "c": "3", "d": "2"}}
    assert one.get("model", "m") == two.get("model", "m") == expected
    assert Documents(str(tmp_path)).all("model") == {"m": expected}


def test_a_removed_document_is_gone_for_every_reader(tmp_path):
    one, two = Documents(str(tmp_path)), Documents(str(tmp_path))
    one.patch(1, "model", "m", {"name": "clf"})
    one.patch(1, "trace", "m", {"name": "another kind"})
    assert two.get("model", "m") == {"name": "clf"}
    two.patch(2, "model", "m", None)
    assert one.get("model", "m") is None
    assert one.all("trace") == {"m": {"name": "another kind"}}


def test_damage_costs_the_damaged_lines(tmp_path):
    kept = Documents(str(tmp_path))
    kept.patch(1, "model", "a", {"n": 1})
    (journal,) = tmp_path.iterdir()
    lines = journal.read_bytes()
    foreign = b'{"torn": \n[]\n{"at_ms": 2, "kind": [], "id": "x", "patch": {}}\n{"at_ms": 3}\n'
    journal.write_bytes(lines + foreign + lines.replace(b'"a"', b'"b"') + b'{"at_ms": 9')
    assert Documents(str(tmp_path)).all("model") == {"a": {"n": 1}, "b": {"n": 1}}


def test_what_was_handed_out_does_not_change(tmp_path):
    documents = Documents(str(tmp_path))
    documents.patch(1, "model", "m", {"tags": {"a": "1"}})
    before = documents.get("model", "m")
    documents.patch(2, "model", "m", {"tags": {"a": "2"}})
    assert documents.get("model", "m") == {"tags": {"a": "2"}}
    assert before == {"tags": {"a": "1"}}


def test_documents_merge_with_their_stores(tmp_path):
    for name in ("one", "two"):
        create_store(str(tmp_path / name))
        Documents(str(tmp_path / name / "7")).patch(1, "model", name, {"from": name})
    merge_stores([str(tmp_path / "one")], str(tmp_path / "two"))
    assert set(Documents(str(tmp_path / "two" / "7")).all("model")) == {"one", "two"}
