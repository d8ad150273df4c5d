"""The look of every chart as an Altair theme, in light and dark.

Colours are those of ``templates/css/tokens.css``; a test holds the two together. Knows no chart:
the same configuration is given to metric charts and to figures that a user logged.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from reporter.charts.labels import TIME

__all__ = ["FONT", "PALETTE", "THEMES", "Theme", "config"]

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)

FONT = (
    '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", '
    "Arial, sans-serif"
)
_LABEL_SIZE_PX = 11
_TITLE_SIZE_PX = 13

PALETTE: dict[Theme, tuple[str, ...]] = {
    "light": (
        "#045694", "#d95f26", "#2d996d", "#8e255f", "#a068f2", "#665801", "#1d7a99", "#bd2647",
    ),
    "dark": (
        "#4e6cdd", "#f78c09", "#62b796", "#af5492", "#a593e2", "#ddcf86", "#86dbfd", "#dd4013",
    ),
}  # fmt: skip
"""Colours of runs, in this order: CSS ``--c1`` to ``--c8``.

Found by search: in each theme every pair differs by at least 6.5 (light) or 9.9 (dark) in OKLab,
times 100, for normal sight and for the three kinds of colour blindness (Machado 2009, full
severity), and every colour has a contrast of at least 3:1 on the surfaces charts stand on.
"""

_TOKENS: dict[Theme, dict[str, str]] = {
    "light": {
        "surface": "#ffffff",
        "text": "#1b1c1f",
        "text-2": "#4e5057",
        "text-3": "#666870",
        "grid": "#ecece8",
        "axis": "#b9bab3",
    },
    "dark": {
        "surface": "#16191c",
        "text": "#e9ebed",
        "text-2": "#b3b9c0",
        "text-3": "#939aa3",
        "grid": "#24292e",
        "axis": "#4b535c",
    },
}
"""Of the CSS tokens those that a chart uses, by the same names."""

_RAMP: dict[Theme, tuple[str, ...]] = {
    "light": ("#f0f7f5", "#cfe5e0", "#9fcdc6", "#68afab", "#358c8e", "#15686f", "#074650"),
    "dark": ("#16221f", "#1b4640", "#1f6a65", "#2f8f8b", "#5cb3ab", "#97d2c8", "#d6efe8"),
}
"""Small to large: teal, so that it never reads as a selection. Starts near the surface."""

_DIVERGING: dict[Theme, tuple[str, ...]] = {
    "light": ("#9a4a12", "#d8762f", "#efc29c", "#f4f4f1", "#a9bfe3", "#5b7fc9", "#2a4592"),
    "dark": ("#fd8706", "#b9691f", "#6b4a2c", "#24292e", "#2c4a75", "#3a70bd", "#7cb0ff"),
}
"""Below to above zero: orange and blue, told apart by every kind of colour blindness."""

_SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def config(theme: Theme) -> dict[str, Any]:
    """Build the Vega-Lite configuration of a theme.

    Parameters
    ----------
    theme : {"light", "dark"}

    Returns
    -------
    dict
        What stands under ``config`` in a Vega-Lite specification. A chart's own settings win.
    """
    tokens = _TOKENS[theme]
    return {
        "background": "transparent",
        "font": FONT,
        "padding": 8,
        "view": {"stroke": None, "continuousWidth": 400, "continuousHeight": 180},
        **_axes(tokens),
        **_texts(tokens),
        **_marks(tokens, PALETTE[theme][0]),
        "range": _ranges(theme),
    }


def _axes(tokens: dict[str, str]) -> dict[str, Any]:
    """Horizontal grid only; the title of y stands above its axis, that of x at its end."""
    return {
        "axis": {
            "labelColor": tokens["text-3"],
            "titleColor": tokens["text-2"],
            "gridColor": tokens["grid"],
            "domainColor": tokens["axis"],
            "tickColor": tokens["axis"],
            "labelFontSize": _LABEL_SIZE_PX,
            "titleFontSize": _LABEL_SIZE_PX,
            "titleFontWeight": "normal",
            "ticks": False,
            "labelPadding": 6,
            "titlePadding": 6,
            "labelOverlap": "greedy",
            "labelBound": True,
        },
        "axisQuantitative": {"labelOverlap": "parity"},
        "axisTemporal": {"format": TIME, "labelOverlap": "parity"},
        "axisX": {"grid": False, "tickCount": 7, "titleAnchor": "end"},
        "axisY": {
            "domain": False,
            "tickCount": 5,
            "titleAngle": 0,
            "titleAlign": "left",
            "titleAnchor": "end",
            "titleX": 0,
            "titleY": -8,
            "titleBaseline": "bottom",
        },
    }


def _texts(tokens: dict[str, str]) -> dict[str, Any]:
    return {
        "legend": {
            "orient": "top",
            "direction": "horizontal",
            "labelColor": tokens["text-2"],
            "titleColor": tokens["text-3"],
            "labelFontSize": _LABEL_SIZE_PX,
            "symbolStrokeWidth": 2,
            "symbolSize": 120,
            "columnPadding": 16,
            "labelLimit": 220,
            "offset": 22,
        },
        "header": {
            "labelColor": tokens["text-2"],
            "titleColor": tokens["text-3"],
            "labelFontSize": _LABEL_SIZE_PX,
            "titleFontSize": _LABEL_SIZE_PX,
            "labelFontWeight": "normal",
        },
        "title": {
            "color": tokens["text"],
            "subtitleColor": tokens["text-3"],
            "fontSize": _TITLE_SIZE_PX,
            "fontWeight": 600,
            "anchor": "start",
            "offset": 10,
        },
        "text": {"color": tokens["text-2"], "fontSize": _LABEL_SIZE_PX},
    }


def _marks(tokens: dict[str, str], first: str) -> dict[str, Any]:
    """Set the marks; `first` is the colour of what has no colour of its own."""
    return {
        "mark": {"color": first},
        "line": {"strokeWidth": 1.6, "strokeJoin": "round", "strokeCap": "round"},
        "area": {"opacity": 0.18, "line": False},
        "point": {"size": 44, "filled": True, "stroke": tokens["surface"], "strokeWidth": 1},
        "circle": {"size": 44},
        "rule": {"color": tokens["axis"], "strokeWidth": 1},
        "bar": {"color": first, "cornerRadiusEnd": 2},
        "rect": {"stroke": tokens["surface"], "strokeWidth": 1},
        "tick": {"color": first, "thickness": 1.5},
        "boxplot": {"size": 14},
        "errorbar": {"thickness": 2},
    }


def _ranges(theme: Theme) -> dict[str, list[str]]:
    ramp = list(_RAMP[theme])
    return {
        "category": list(PALETTE[theme]),
        "ordinal": ramp,
        "ramp": ramp,
        "heatmap": ramp,
        "diverging": list(_DIVERGING[theme]),
        "symbol": list(_SYMBOLS),
    }
