"""YAML of strangers: read when it is plain, refused in a sentence when it is made to harm."""

from __future__ import annotations

import pytest

from reporter.plain_yaml import load_documents

# Each level merges the one before nine times.
MERGE_BOMB = "a: &a {k: v}\n" + "".join(
    f"{name}: &{name}\n  <<: [{', '.join([f'*{above}'] * 9)}]\n  own_{name}: 1\n"
    for above, name in zip("abcdefghijk", "bcdefghijkl", strict=True)
)


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("", []),
        ("lr: 0.1\nlayers: [1, 2]\n", [{"lr": 0.1, "layers": [1, 2]}]),
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        (
            "base: &b {x: 1}\nnext:\n  <<: *b\n  y: 2\n",
            [{"base": {"x": 1}, "next": {"x": 1, "y": 2}}],
        ),
        ("list: [" + "[1], " * 600 + "]", [{"list": [[1]] * 600}]),
        ("".join(" " * n + "a:\n" for n in range(100)), None),
    ],
)
def test_plain_values_are_read(text, documents):
    found = load_documents(text)
    assert documents is None or found == documents


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 90_000, "nested too deep"),
        ("{a: " * 90_000, "nested too deep"),
        ("- " * 90_000, "nested too deep"),
        ("? " * 90_000, "nested too deep"),
        ("".join(" " * n + "a:\n" for n in range(800)), "nested too deep"),
        (MERGE_BOMB, "merges more than it may"),
        ("a: !!python/object/apply:os.abort []", "line 1: could not determine a constructor"),
        ("a: [1\nb: 2", "line 2"),
        ("a: 2024-13-45", "month must be in"),
        ("{[1]: 2}", "unhashable"),
    ],
)
def test_what_is_made_to_harm_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        load_documents(text)


def test_references_can_be_refused():
    with pytest.raises(ValueError, match="line 2: an alias"):
        load_documents("a: &a 1\nb: *a\n", is_linked=False)
