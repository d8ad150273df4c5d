"""SVG: drawn by ``<img>``, from a copy that holds nothing but drawing.

An SVG file is a program where a browser opens it as a document, so the logged bytes lie under an
inert name and the picture is a copy of our own making: elements from a list, written anew, no
scripts, no handlers, no foreign content, no address outside the file. Even opened directly it does
nothing but draw.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from reporter.renderers.image import Size, image_fragment
from reporter.renderers.placeholder import placeholder
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer

__all__ = ["Drawing", "redraw", "render_svg"]

SVG_BYTES = 8_000_000
MAX_DEPTH = 250
"""Chromium's own parser stops at a similar depth."""

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"

_ELEMENT_NAMES = (
    "svg g defs symbol use switch title desc path rect circle ellipse line polyline polygon text"
    " tspan textPath image marker pattern mask clipPath linearGradient radialGradient stop style"
    " filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix"
    " feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB"
    " feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight"
    " feSpecularLighting feSpotLight feTile feTurbulence"
)
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_GROUPS = frozenset(("a",))
"""Links: their content is drawn, and they lead nowhere."""

_UNSEEN = frozenset(("metadata", "script"))
"""What may go without a word: a picture neither shows nor runs it."""

_ATTRIBUTE = re.compile(r"(?!on)[A-Za-z][A-Za-z0-9-]*\Z")
_INNER_URL = re.compile(r"""url\(\s*(["']?)#[^"'()\\]*\1\s*\)""")
_SUSPECT = re.compile(
    r"url\s*\(|\\|@|//|image-set|image\s*\(|src\s*\(|element\s*\(|expression|:\s*javascript",
    re.IGNORECASE,
)
_EMBEDDED = re.compile(r"data:image/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
_LENGTH = re.compile(r"\s*([0-9.]+(?:e[+-]?[0-9]+)?)\s*(px|pt|pc|in|cm|mm|)\s*\Z", re.IGNORECASE)
_PX = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4}


class Drawing:
    """A copy of an SVG that holds nothing but drawing.

    Parameters
    ----------
    data : bytes

    Raises
    ------
    ValueError
        It is no SVG, not well-formed, nested too deep or defines entities.
    """

    def __init__(self, data: bytes) -> None:
        self.size = Size(0, 0)
        """In CSS pixels; zeros when the file does not say."""
        self.left_out: set[str] = set()
        """Names of elements that are not in the copy and may be missed."""
        self._out: list[str] = []
        self._style: list[str] | None = None
        self._depth = 0
        self._skipped_at = 0
        self._parse(data)

    @property
    def text(self) -> str:
        """The copy."""
        return "".join(self._out)

    def _parse(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = _refuse_entity
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise ValueError(f"not well-formed: {error}") from error
        if not self._out:
            raise ValueError("the outermost element is not svg")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH} elements")
        if self._skipped_at:
            return
        namespace, _, local = name.rpartition(" ")
        is_root = self._depth == 1
        is_known = namespace in {"", _SVG} and local in _ELEMENTS | _GROUPS
        if not is_known or (is_root and local != "svg"):
            self._skip(local)
            return
        if is_root:
            self.size = _measure(attributes)
        self._out.append(_tag(_drawn_as(local), attributes, is_root=is_root))
        self._style = [] if local == "style" else None

    def _skip(self, local: str) -> None:
        self._skipped_at = self._depth
        if local not in _UNSEEN:
            self.left_out.add(local)

    def _end(self, name: str) -> None:
        if not self._skipped_at:
            local = name.rpartition(" ")[2]
            if self._style is not None:
                self._out.append(_harmless_style("".join(self._style)))
                self._style = None
            self._out.append(f"</{_drawn_as(local)}>")
        elif self._skipped_at == self._depth:
            self._skipped_at = 0
        self._depth -= 1

    def _characters(self, text: str) -> None:
        if self._skipped_at:
            return
        if self._style is not None:
            self._style.append(text)
        else:
            self._out.append(escape(text))


@renderer("image/svg+xml")
def render_svg(request: ArtifactRequest) -> Fragment:
    """Show a copy of an SVG that holds nothing but drawing."""
    data = request.read(SVG_BYTES + 1)
    if len(data) > SVG_BYTES:
        detail = f"Larger than {SVG_BYTES // 1_000_000} MB"
        return placeholder(request, request.problem("SVG too large to show", detail))
    try:
        drawing = redraw(data)
    except ValueError as error:
        return placeholder(request, request.problem("SVG not readable", str(error)[:200]))
    site_path = f"{request.base_path}.view.svg"
    missing = ", ".join(sorted(drawing.left_out)[:5])
    return replace(
        image_fragment(request, site_path, drawing.size),
        files={site_path: drawing.text.encode("utf-8", "replace")},
        problem=request.problem("SVG shown in part", f"without {missing}") if missing else None,
    )


def redraw(data: bytes) -> Drawing:
    """Copy what draws.

    Parameters
    ----------
    data : bytes
        An SVG file.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        The bytes cannot be read as an SVG.

    Examples
    --------
    >>> redraw(b'<svg onload="x()"><script>x()</script><path d="M0 0"/></svg>').text
    '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"></path></svg>'
    """
    return Drawing(data)


def _drawn_as(local: str) -> str:
    return "g" if local in _GROUPS else local


def _refuse_entity(*_: object) -> None:
    raise ValueError("it defines entities")


def _tag(local: str, attributes: Mapping[str, str], *, is_root: bool) -> str:
    kept = [f'xmlns="{_SVG}"'] if is_root else []
    for name, value in attributes.items():
        namespace, _, plain = name.rpartition(" ")
        if plain == "href" and namespace in {"", _XLINK}:
            if value.startswith("#") or (local == "image" and _EMBEDDED.match(value)):
                kept.append(f"href={quoteattr(value)}")
        elif not namespace and _ATTRIBUTE.match(plain) and _is_harmless(value):
            kept.append(f"{plain}={quoteattr(value)}")
    return f"<{' '.join([local, *kept])}>"


def _is_harmless(value: str) -> bool:
    """Tell that a value, or a style, names nothing outside the file."""
    return not _SUSPECT.search(_INNER_URL.sub("", value))


def _harmless_style(text: str) -> str:
    return escape(text) if _is_harmless(text) else ""


def _measure(attributes: Mapping[str, str]) -> Size:
    box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    width = _to_px(attributes.get("width", "")) or (_to_px(box[2]) if len(box) == 4 else 0)
    height = _to_px(attributes.get("height", "")) or (_to_px(box[3]) if len(box) == 4 else 0)
    return Size(width, height) if width and height else Size(0, 0)


def _to_px(text: str) -> int:
    match = _LENGTH.match(text)
    try:
        return min(round(float(match[1]) * _PX[match[2].lower()]), 100_000) if match else 0
    except (ValueError, OverflowError):
        return 0
