"""What marks a function of your own as a chart: ``@reporter.chart``.

The file of charts that ``report.toml`` names is read while a site is built; here is only the mark
that its functions bear. Standard library alone, and no chart, page or data frame is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar, overload

from reporter.errors import InvalidInputError, did_you_mean

__all__ = ["PAGES", "ChartFunction", "chart", "find_chart_functions"]

PAGES = ("index", "experiment", "run")

_MARK = "_reporter_chart"
_F = TypeVar("_F", bound=Callable[..., object])


@dataclass(frozen=True, kw_only=True)
class ChartFunction:
    """A function that makes a chart, and where the chart goes.

    Parameters
    ----------
    function : callable
    page : {"index", "experiment", "run"}
    title : str
    experiment : str
        Name or id of the one experiment it is for; empty for every one.
    """

    function: Callable[..., object]
    page: str
    title: str
    experiment: str

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.function, "__name__", type(self.function).__name__)


@overload
def chart(function: _F, /) -> _F: ...
@overload
def chart(
    *, page: str = "experiment", title: str = "", experiment: str = ""
) -> Callable[[_F], _F]: ...
def chart(
    function: _F | None = None, /, *, page: str = "experiment", title: str = "",
    experiment: str = "",
) -> _F | Callable[[_F], _F]:  # fmt: skip
    """Put the chart that a function returns on pages of the site.

    The function stands in the file that ``[charts] file`` of ``report.toml`` names, and is called
    while a site is built, once for every page of its kind. It takes ``runs``, a DataFrame as
    :func:`reporter.search_runs` gives it, and, where it names a second parameter, ``histories``:
    the points of these runs with the columns run_id, key, step, timestamp and value. It returns an
    Altair, Plotly or matplotlib figure, or a list of them; an empty list where there is nothing to
    show.

    Parameters
    ----------
    page : {"experiment", "run", "index"}
        Which pages: those of experiments, those of runs, or the first one.
    title : str
        What stands below the chart; by default the first line of the function's docstring, or else
        its name.
    experiment : str
        Name or id of the one experiment whose pages show it; every one by default.

    Returns
    -------
    callable
        The function, unchanged.

    Raises
    ------
    InvalidInputError
        There is no such page.

    Examples
    --------
    >>> import reporter
    >>> @reporter.chart(page="experiment", title="Loss by learning rate")
    ... def loss_by_rate(runs):
    ...     import altair as alt
    ...
    ...     table = runs.rename(columns={"params.lr": "lr", "metrics.val_loss": "loss"})
    ...     return alt.Chart(table).mark_point().encode(x="lr:Q", y="loss:Q")
    """
    if page not in PAGES:
        known = ", ".join(repr(name) for name in PAGES)
        hint = did_you_mean(str(page), PAGES) or f"Pages are {known}."
        raise InvalidInputError(f"There is no page {page!r} for a chart.", hint)

    def mark(marked: _F) -> _F:
        made = ChartFunction(
            function=marked, page=page, title=title or _title(marked), experiment=experiment
        )
        setattr(marked, _MARK, made)
        return marked

    return mark if function is None else mark(function)


def find_chart_functions(names: Mapping[str, object]) -> list[ChartFunction]:
    """Return the marked functions of a module.

    Parameters
    ----------
    names : mapping of str to object
        The module's names, as ``vars(module)`` gives them.

    Returns
    -------
    list of ChartFunction
        In the order in which the module made them, each once.
    """
    marks = (getattr(value, "__dict__", {}).get(_MARK) for value in names.values())
    found = {id(mark): mark for mark in marks if isinstance(mark, ChartFunction)}
    return list(found.values())


def _title(function: Callable[..., object]) -> str:
    lines = (function.__doc__ or "").strip().splitlines()
    name = getattr(function, "__name__", "chart").replace("_", " ").strip()
    return lines[0].strip().rstrip(".") if lines else name[:1].upper() + name[1:]
