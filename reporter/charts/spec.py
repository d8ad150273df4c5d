"""Charts compiled to Vega while the site is built: mistakes are found then, not by a reader.

A page carries Vega's runtime but no compiler. Everything is compiled twice, for light and dark.
Knows nothing of pages or data files.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reporter.charts.cache import cached
from reporter.charts.style import STYLES, TITLE
from reporter.charts.theme import THEMES, Theme, config
from reporter.errors import ChartError

if TYPE_CHECKING:
    from reporter.charts.metrics import AltairChart

__all__ = [
    "VEGA_LITE_VERSION",
    "Vega",
    "code_digest",
    "compile_themed",
    "compile_vega_lite",
    "compiled_charts",
    "take_titles",
]

Vega = dict[str, Any]
"""A specification as JSON has it: dictionaries, lists, texts, numbers."""

VEGA_LITE_VERSION = "6.4"
"""Of the compiler: what Altair 6 writes. The runtime is the Vega that this version came with."""

_GUIDE_STYLES = ("guide-label", "guide-title", "cell")


def compiled_charts() -> dict[str, dict[Theme, Vega]]:
    """Compile every style of metric chart.

    Returns
    -------
    dict
        By style and theme. Rows are bound by the page; see :mod:`reporter.charts.metrics`.
    """
    compiled = cached(
        f"charts-{code_digest()}.json", _compile_all, lambda data: data.endswith(b"}\n")
    )
    found: dict[str, dict[Theme, Vega]] = json.loads(compiled)
    return found


def _compile_all() -> bytes:
    # Importing Altair takes as long as rebuilding a site of hundreds of runs, and what it makes is
    # kept: most builds never come here.
    from reporter.charts.metrics import metric_chart

    specs = {
        style.name: {theme: _compile_metric_chart(metric_chart(style), theme) for theme in THEMES}
        for style in STYLES
    }
    return json.dumps(specs).encode() + b"\n"


def code_digest() -> str:
    """Digest all that compiled charts depend on: this folder's code and two libraries."""
    digest = hashlib.sha256()
    for library in ("altair", "vl-convert-python"):
        digest.update(metadata.version(library).encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def compile_vega_lite(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Compile a figure that a user logged.

    Parameters
    ----------
    spec : mapping
        Vega-Lite, as Altair's ``chart.to_dict()`` gives it.

    Returns
    -------
    dict
        ``light`` and ``dark``: Vega specifications; ``values``: rows by name of the data set, which
        are the same for both and so stand only once.

    Raises
    ------
    ChartError
        When it is not Vega-Lite, does not compile, or would load data or pictures from elsewhere: a
        report makes no requests.
    """
    schema = str(spec.get("$schema", ""))
    if schema and "/vega-lite/" not in schema:
        raise ChartError(f"Not a Vega-Lite specification: its $schema is {schema}.")
    _refuse_remote(spec)
    light, dark = (compile_themed(dict(spec), theme) for theme in THEMES)
    return {"light": light, "dark": dark, "values": _take_values(light, dark)}


def compile_themed(spec: Vega, theme: Theme) -> Vega:
    """Compile a specification of ours in the look of a theme.

    Parameters
    ----------
    spec : dict
        Vega-Lite.
    theme : {"light", "dark"}

    Returns
    -------
    dict
        Vega.

    Raises
    ------
    ChartError
        It does not compile.
    """
    import vl_convert

    try:
        vega: Vega = vl_convert.vegalite_to_vega(
            spec, vl_version=VEGA_LITE_VERSION, config=config(theme)
        )
    except (ValueError, TypeError) as error:
        raise ChartError(
            f"The Vega-Lite specification does not compile: {_cause(error)}",
            "Open it in an editor for Vega-Lite, or log the figure as a picture.",
        ) from error
    return _without_unused_config(vega)


def _cause(error: Exception) -> str:
    """Return what the compiler says, without its preface and its call stack."""
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith("at ")]
    return " ".join(told[1:] or told)[:500]


def _refuse_remote(spec: Mapping[str, Any]) -> None:
    for url in _iter_urls(spec):
        if not url.startswith("data:"):
            raise ChartError(
                f"The chart loads {url[:200]!r}, and a report makes no requests.",
                "Give the chart its data as a DataFrame, so that they are stored with it.",
            )


def _iter_urls(node: object) -> Iterator[str]:
    """Yield every address, of rows of data none."""
    if isinstance(node, Mapping):
        address = node.get("url")
        if isinstance(address, Mapping):  # of a picture, as a constant
            address = address.get("value")
        if isinstance(address, str):
            yield address
        for key, value in node.items():
            if key not in {"values", "datasets"}:
                yield from _iter_urls(value)
    elif isinstance(node, list):
        for value in node:
            yield from _iter_urls(value)


def _take_values(light: Vega, dark: Vega) -> dict[str, Any]:
    """Take rows out of both specifications where they agree."""
    values = {}
    for one, other in zip(light.get("data", []), dark.get("data", []), strict=True):
        if "values" in one and one["values"] == other.get("values"):
            values[one["name"]] = one.pop("values")
            del other["values"]
    return values


def _without_unused_config(vega: Vega) -> Vega:
    """Leave out settings of marks and guides that the chart has not: a third of a small chart."""
    kept = copy.copy(vega.get("config", {}))
    if "style" in kept:
        used = {*_GUIDE_STYLES, *_iter_named(vega, "style")}
        kept["style"] = {name: value for name, value in kept["style"].items() if name in used}
    for guide, parts in (("legend", "legends"), ("title", "title"), ("range", "range")):
        if not any(True for _ in _iter_named(vega, parts)):
            kept.pop(guide, None)
    return {**vega, "config": kept}


def _iter_named(node: object, key: str) -> Iterator[str]:
    """Yield texts found under `key` (a placeholder for what is no text), outside of ``config``."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name == key and key == "range":
                yield from [value] if isinstance(value, str) else []
            elif name == key:
                yield from (str(item) for item in (value if isinstance(value, list) else [value]))
            if name not in {"config", "values"}:
                yield from _iter_named(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _iter_named(value, key)


def _compile_metric_chart(chart: AltairChart, theme: Theme) -> Vega:
    spec = chart.to_dict()
    spec.pop("config", None)
    vega = compile_themed(spec, theme)
    for data in vega["data"]:
        data.pop("transform", None)
    for mark in vega["marks"]:
        _trust_rows(mark)
    take_titles(vega, [TITLE])
    for scale in vega["scales"]:
        if scale["type"] == "symlog":  # Vega-Lite takes no signal here
            scale["constant"] = {"signal": "x_unit"}
    return vega


def take_titles(vega: Vega, names: Sequence[str]) -> None:
    """Have axes whose title is the name of a signal read it: Vega-Lite takes plain texts only.

    Parameters
    ----------
    vega : dict
        Changed in place.
    names : sequence of str
        Of signals.
    """
    for axis in vega.get("axes", []):
        if axis.get("title") in names:
            axis["title"] = {"signal": axis["title"]}


def _trust_rows(mark: Vega) -> None:
    """Spare the browser what the page has done: rows come in order, and a run has one look."""
    if "facet" in mark.get("from", {}):
        mark["from"]["facet"]["groupby"] = ["run"]
        for inner in mark["marks"]:
            inner.pop("sort", None)
