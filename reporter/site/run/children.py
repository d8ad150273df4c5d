"""The children of a run: what differs between them and what they say together. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence

from reporter.model import MetricSummary
from reporter.site import links
from reporter.site.cells import (
    ARROWS,
    counts_of,
    counts_text,
    duration_text,
    metric_cell,
    plural,
    run_link,
    status_of,
)
from reporter.site.contexts import Link, TableCell
from reporter.site.lookup import ExperimentLookup
from reporter.site.numbers import MISSING, column_decimals, format_duration
from reporter.site.plan import PlannedRun
from reporter.site.run.contexts import ChildRow, ChildTable
from reporter.site.summaries import (
    MetricFacts,
    differing_params,
    leading_metric,
    standing_value,
    summarise_metrics,
)

__all__ = ["child_table", "spread"]

MAX_ROWS = 50
MAX_PARAMS = 3
MAX_METRICS = 3


def child_table(
    lookup: ExperimentLookup, page: str, children: Sequence[PlannedRun]
) -> ChildTable | None:
    """Make the table of a run's children.

    Parameters
    ----------
    lookup : ExperimentLookup
    page : str
        Site path of the run's page.
    children : sequence of PlannedRun
        By time of starting.

    Returns
    -------
    ChildTable or None
        None without children.
    """
    if not children:
        return None
    metrics = _metrics(lookup, children)
    params = differing_params([child.run for child in children])[:MAX_PARAMS]
    columns = [_Column(facts, children) for facts in metrics]
    rows = [
        _row(lookup, page, child, params, [column.cells[place] for column in columns])
        for place, child in enumerate(children[:MAX_ROWS])
    ]
    counts = counts_of(children)
    return ChildTable(
        note=f"{plural(len(children), 'run')}, {counts_text(counts)}",
        columns=(*params, *(column.label for column in columns)),
        n_params=len(params),
        rows=tuple(rows),
        sums=tuple(_sums(lookup, page, children, columns, len(params))),
        more=_more(lookup, page, len(children)),
    )


def spread(values: Iterable[float | None]) -> tuple[float, float | None, int] | None:
    """Return mean, sample standard deviation and number of the finite values.

    Parameters
    ----------
    values : iterable of float or None

    Returns
    -------
    (float, float or None, int) or None
        The deviation is None for fewer than two values; None for no value at all.

    Examples
    --------
    >>> spread([1.0, 3.0, None, float("nan")])
    (2.0, 1.4142135623730951, 2)
    """
    finite = [value for value in values if value is not None and math.isfinite(value)]
    if not finite:
        return None
    deviation = statistics.stdev(finite) if len(finite) > 1 else None
    return statistics.fmean(finite), deviation, len(finite)


class _Column:
    """One metric of all children."""

    def __init__(self, facts: MetricFacts, children: Sequence[PlannedRun]) -> None:
        self.facts = facts
        self.label = f"{facts.key} {ARROWS[facts.direction]}".strip()
        self.values = [
            _standing(facts, child.run.data.summaries.get(facts.key)) for child in children
        ]
        self.decimals = column_decimals(self.values)
        self.best = _best_place(facts, self.values)
        self.cells = [
            metric_cell(value, self.decimals, is_best=place == self.best)
            for place, value in enumerate(self.values)
        ]

    def best_cell(self) -> TableCell:
        """Print the best value; nothing where it is not known which way is better."""
        return TableCell(text="", exact="") if self.best is None else self.cells[self.best]

    def mean_cell(self) -> TableCell:
        """Print mean and standard deviation, with how many values they are of."""
        found = spread(self.values)
        if found is None:
            return TableCell(text=MISSING, exact="", kind="na")
        mean, deviation, n = found
        text = metric_cell(mean, self.decimals).text
        if deviation is not None:
            text += f" ± {metric_cell(deviation, self.decimals).text}"
        exact = f"mean {mean!r}, standard deviation {deviation!r}, n = {n}"
        return TableCell(text=text, exact=exact)


def _standing(facts: MetricFacts, summary: MetricSummary | None) -> float | None:
    return standing_value(facts, summary) if summary else None


def _best_place(facts: MetricFacts, values: Sequence[float | None]) -> int | None:
    finite = [(v, -place) for place, v in enumerate(values) if v is not None and math.isfinite(v)]
    if not facts.sense or len(finite) < 2:
        return None
    if facts.sense == "max":
        return -max(finite)[1]
    return -min(finite, key=lambda pair: (pair[0], -pair[1]))[1]


def _metrics(lookup: ExperimentLookup, children: Sequence[PlannedRun]) -> list[MetricFacts]:
    """Choose metrics that the children logged: the leading one, then those with a direction."""
    found = summarise_metrics(
        [child.run for child in children], lookup.experiment.experiment.definitions
    )
    known = [facts for key, facts in found.items() if not facts.is_system]
    first = (
        lookup.experiment.leading if lookup.experiment.leading in found else leading_metric(found)
    )
    ordered = sorted(known, key=lambda f: (f.key != first, not f.direction, not f.sense))
    return ordered[:MAX_METRICS]


def _row(
    lookup: ExperimentLookup,
    page: str,
    child: PlannedRun,
    params: Sequence[str],
    cells: Sequence[TableCell],
) -> ChildRow:
    home = links.experiment_page(lookup.experiment.id)
    logged = child.run.data.params
    shown = [
        TableCell(text=logged[key], exact=logged[key])
        if key in logged
        else TableCell(text=MISSING, exact="", kind="na")
        for key in params
    ]
    return ChildRow(
        label="",
        run=run_link(page, child, fallback=home),
        status=status_of(child, None),
        cells=(*shown, *cells),
        duration=duration_text(child),
    )


def _sums(
    lookup: ExperimentLookup,
    page: str,
    children: Sequence[PlannedRun],
    columns: Sequence[_Column],
    n_params: int,
) -> Iterator[ChildRow]:
    """Say what the children say together; of one child that would be itself."""
    if len(children) < 2 or not columns:
        return
    nothing = (TableCell(text="", exact=""),) * n_params
    durations = spread([child.run.duration_ms for child in children])
    yield ChildRow(
        label="Mean ± sd",
        run=None,
        status=None,
        cells=(*nothing, *(column.mean_cell() for column in columns)),
        duration=format_duration(durations[0]) if durations else "",
    )
    if any(column.best is not None for column in columns):
        bests = (column.best_cell() for column in columns)
        yield ChildRow(label="Best", run=None, status=None, cells=(*nothing, *bests), duration="")
    best = columns[0].best
    if best is not None and best >= MAX_ROWS:
        params = differing_params([child.run for child in children])[:n_params]
        cells = [column.cells[best] for column in columns]
        yield _row(lookup, page, children[best], params, cells)


def _more(lookup: ExperimentLookup, page: str, n_children: int) -> Link | None:
    if n_children <= MAX_ROWS:
        return None
    home = links.href(page, links.experiment_page(lookup.experiment.id))
    text = f"{n_children - MAX_ROWS:,} more in the experiment's table"
    return Link(text=text, href=f"{home}#v=1&group=tree")
