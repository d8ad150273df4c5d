from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.integrations.yaml_text import read_flavors, write_yaml

AWKWARD = [
    "null",
    "yes",
    "1e3",
    "3.11",
    "2020-01-01",
    "",
    " a",
    "a: b",
    "#x",
    "it's",
    "- a",
    "é",
    "☃",
]


@pytest.mark.parametrize("text", AWKWARD)
def test_text_stays_text(text):
    yaml = pytest.importorskip("yaml")
    assert yaml.safe_load(write_yaml({"key": text})) == {"key": text}


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.text()))
def test_another_reader_reads_what_was_written(outline):
    yaml = pytest.importorskip("yaml")
    assert (yaml.safe_load(write_yaml(outline)) or {}) == outline


def test_numbers_booleans_and_nothing_keep_their_types():
    yaml = pytest.importorskip("yaml")
    outline = {"a": 1, "b": True, "c": None, "d": {}, "e": {"f": {"g": "h"}}}
    assert yaml.safe_load(write_yaml(outline)) == outline


def test_flavours_are_read_as_text_one_level_deep():
    text = write_yaml(
        {
            "artifact_path": "model",
            "flavors": {
                "python_function": {"env": {"conda": "conda.yaml"}, "python_version": "3.11"},
                "sklearn": {"pickled_model": "model 1.pkl", "code": None},
            },
            "signature": {"inputs": "sklearn: no"},
        }
    )
    assert read_flavors(text) == {
        "python_function": {"python_version": "3.11"},
        "sklearn": {"pickled_model": "model 1.pkl", "code": "null"},
    }


def test_lines_of_other_forms_are_passed_over():
    assert read_flavors("- a\n? b\nflavors:\n  sklearn:\n    data: 'it''s'\n    - x\n") == {
        "sklearn": {"data": "it's"}
    }
