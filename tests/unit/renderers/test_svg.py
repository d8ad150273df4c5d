"""A copy of an SVG draws and does nothing else."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.renderers.svg import redraw

SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'

HOSTILE = [
    "<script>alert(1)</script>",
    "<g onload='alert(1)' onClick='x'/>",
    "<a href='javascript:alert(1)'><text>link</text></a>",
    "<a xlink:href='https://evil.test/'><rect/></a>",
    "<use href='https://evil.test/a.svg#x'/>",
    "<use xlink:href='data:image/svg+xml;base64,AAAA#x'/>",
    "<image href='https://evil.test/a.png'/>",
    "<image xlink:href='file:///etc/passwd'/>",
    "<image href='data:image/svg+xml,&lt;svg onload=alert(1)&gt;'/>",
    "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><script>x</script></body></foreignObject>",
    "<animate attributeName='href' to='javascript:alert(1)'/>",
    "<set attributeName='onload' to='alert(1)'/>",
    "<style>@import url(https://evil.test/a.css);</style>",
    "<style>rect{fill:url(https://evil.test/a.svg#x)}</style>",
    "<style>rect{background:u\\72l(https://evil.test)}</style>",
    "<rect style='fill:url(//evil.test/x)' fill='url( https://evil.test )'/>",
    "<rect style=\"background:image-set('https://evil.test/a.png' 1x)\"/>",
    "<x:script xmlns:x='http://www.w3.org/2000/svg'>alert(1)</x:script>",
    "<h:script xmlns:h='http://www.w3.org/1999/xhtml'>alert(1)</h:script>",
    "<h:img xmlns:h='http://www.w3.org/1999/xhtml' src='x' onerror='alert(1)'/>",
    "<iframe src='https://evil.test'/>",
    "<handler type='application/ecmascript'>alert(1)</handler>",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_nothing_runs_and_nothing_is_asked_for(piece):
    drawing = redraw(f"<svg {SVG}>{piece}<path d='M0 0'/></svg>".encode())
    text = drawing.text
    for word in ("script", "alert", "evil", "on", "javascript", "passwd", "foreign", "import"):
        assert not any(word in attribute for attribute in attributes_of(text)), (word, text)
    assert "evil" not in text
    assert "alert" not in text
    assert '<path d="M0 0">' in text


def attributes_of(text: str) -> list[str]:
    """Names and values of all attributes, and names of elements, of the copy."""
    root = ET.fromstring(text)
    found = []
    for element in root.iter():
        found.append(element.tag.rpartition("}")[2])
        found += [name for name in element.attrib if name.startswith("on")]
        found += list(element.attrib.values())
    return found


@pytest.mark.parametrize(
    "data",
    [
        b"", b"words", b"<svg", b"<html><svg/></html>", b"<svg><g></svg>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>',
        b"<svg>" + b"<g>" * 1000 + b"</g>" * 1000 + b"</svg>",
        b'<html xmlns="http://www.w3.org/1999/xhtml"><script>1</script></html>',
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        redraw(data)


def test_a_drawing_by_matplotlib_survives_whole(draw):
    matplotlib = pytest.importorskip("matplotlib", reason="draws the picture that is copied")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(4, 3))
    axes.imshow([[0, 1], [1, 0]])
    axes.set_title("<b>&</b>")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    plt.close(figure)
    drawing = redraw(buffer.getvalue())
    assert drawing.size == (384, 288)
    assert not drawing.left_out - {"metadata"}
    assert drawing.text.count("<path") == buffer.getvalue().decode().count("<path")
    assert 'href="data:image/png;base64,' in drawing.text
    assert 'clip-path="url(#' in drawing.text
    fragment = draw("a.svg", buffer.getvalue())
    assert fragment.is_figure
    assert fragment.problem is None


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="300" height="200px"', (300, 200)),
        ('width="3in" height="72pt"', (288, 96)),
        ('viewBox="0 0 40 30"', (40, 30)),
        ('width="100%" height="100%" viewBox="0,0,40,30"', (40, 30)),
        ('width="1e9" height="1"', (100_000, 1)),
        ('width="-1" height="x"', (0, 0)),
        ("", (0, 0)),
    ],
)
def test_the_size_is_found(attributes, size):
    assert redraw(f"<svg {SVG} {attributes}><g/></svg>".encode()).size == size


def test_links_are_drawn_and_lead_nowhere():
    drawing = redraw(f"<svg {SVG}><a href='https://x.test'><text>label</text></a></svg>".encode())
    assert "<g><text>label</text></g>" in drawing.text
    assert not drawing.left_out


def test_what_may_be_missed_is_reported(draw):
    fragment = draw("a.svg", f"<svg {SVG}><foreignObject/><g/></svg>")
    assert fragment.problem.detail == "without foreignObject"


@given(st.text(alphabet="<>/= 'abcgsvxmlnonload:\"&;#url()", max_size=120))
def test_a_copy_is_well_formed_and_runs_nothing(text):
    try:
        drawing = redraw(f"<svg {SVG}>{text}</svg>".encode())
    except ValueError:
        return
    for element in ET.fromstring(drawing.text).iter():
        assert not any(name.lower().startswith("on") for name in element.attrib)
