"""YAML, TOML and XML as trees; what was made to hurt stays text."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("name", "text", "seen"),
    [
        ("a.yaml", "lr: 0.1\nnet: {layers: [64, 32]}\nwhen: 2026-11-21\n1: one\n",
         ["0.1", "layers", "2026-11-21", "&#34;one&#34;"]),
        ("a.toml", "title = 'x'\n[net]\nlayers = [64, 32]\nd = 2026-11-21\n",
         ["layers", "2026-11-21", "2 items"]),
        ("a.xml", "<run id='7'><p>0.1</p><p>0.2</p><note>see <b>this</b></note></run>",
         ["@id", "&#34;7&#34;", "2 items", "&#34;0.2&#34;", "&#34;this&#34;"]),
    ],
)  # fmt: skip
def test_trees(name, text, seen, draw, to_html):
    fragment = draw(name, text)
    html = to_html(fragment)
    assert fragment.problem is None
    assert "<details" in html
    assert [word for word in seen if word not in html] == []
    assert "Show as text" in html
    (path,) = fragment.files
    assert text.split()[0][:3].encode() in fragment.files[path].replace(b"\\u003c", b"<") or path


def test_the_text_behind_the_button_is_coloured(draw):
    (content,) = draw("a.yaml", "lr: 0.1\n").files.values()
    assert b"p-nt" in content


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.yaml", "a: [1, 2", "expected"),
        ("a.toml", "a = ", "Invalid"),
        ("a.xml", "<a><b></a>", "mismatched"),
        ("deep.xml", "<a>" * 500 + "</a>" * 500, "deep"),
        ("deep.yaml", "[" * 20_000 + "]" * 20_000, ""),
        ("laughs.xml", "<!DOCTYPE a [<!ENTITY b 'ha'>]><a>&b;</a>", "entities"),
        ("laughs.yaml", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)), "values"),
        ("object.yaml", "!!python/object/apply:os.system ['true']", "constructor"),
    ],
)  # fmt: skip
def test_what_cannot_be_parsed_is_text(name, text, why, draw, to_html):
    fragment = draw(name, text)
    assert "viewer" in to_html(fragment)
    assert fragment.problem is not None
    assert why in fragment.problem.detail


def test_a_plain_word_is_no_tree(draw, to_html):
    assert "<details" not in to_html(draw("a.yaml", "only words\n"))
    assert draw("empty.yaml", "").problem is None
