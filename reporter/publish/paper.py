"""A view for print: its runs as a table in LaTeX and its metrics as vector drawings.

Runs that differ in nothing but a seed or a fold are one row and one line, with the 95 % interval of
their mean. Every text says which runs it was made from. Knows nothing of pages.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reporter.charts.curves import FORMATS, Curve, draw_curves
from reporter.config import Config, View
from reporter.errors import ExperimentNotFoundError, InvalidInputError, did_you_mean
from reporter.publish import latex
from reporter.publish.means import mean_and_margin, mean_curve
from reporter.search.select import select_runs
from reporter.site.artifact_rules import fits
from reporter.site.cells import plural
from reporter.site.plan import PlannedExperiment, PlannedRun, SiteSettings, gather
from reporter.site.repeats import configurations, repetition_params
from reporter.site.table.columns import (
    AGGREGATES,
    Column,
    aggregate_columns,
    aggregate_of,
    canonical_id,
    experiment_columns,
    ordered_metrics,
)
from reporter.site.view_state import view_state
from reporter.site.writing.whole_file import write_whole
from reporter.store.ports import StoreReader

__all__ = ["Paper", "find_view", "make_paper", "write_paper"]

MAX_PARAMS = 4
MAX_METRICS = 4
"""Of the columns that nobody asked for: more do not fit a page."""

MAX_LINES = 8
"""In one drawing: as many as there are colours."""

MAX_NAMED_RUNS = 12
"""In a caption; all are in runs.txt."""

_Cell = str | float | None


@dataclass(frozen=True, kw_only=True)
class Row:
    """Repetitions of one configuration.

    Parameters
    ----------
    runs : tuple of PlannedRun
    name : str
        What tells it from the other rows.
    """

    runs: tuple[PlannedRun, ...]
    name: str


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What goes to print.

    Parameters
    ----------
    files : mapping of str to bytes
        By file name.
    notes : tuple of str
        What was left out, in sentences.
    """

    files: dict[str, bytes]
    notes: tuple[str, ...]


def find_view(config: Config, name: str) -> View:
    """Return a named view of the configuration.

    Raises
    ------
    InvalidInputError
        There is none of this name.
    """
    for view in config.views:
        if view.name == name:
            return view
    names = [view.name for view in config.views]
    hint = did_you_mean(name, names) or (f"There are: {', '.join(names)}." if names else "")
    raise InvalidInputError(
        f"No view is called '{name}'.", hint or "Name views in report.toml, under [[views]]."
    )


def make_paper(
    reader: StoreReader,
    view: View,
    *,
    config: Config | None = None,
    metrics: Sequence[str] = (),
    formats: Sequence[str] = FORMATS,
    width_cm: float = 8.5,
) -> Paper:
    """Set a view.

    Parameters
    ----------
    reader : StoreReader
    view : View
        Its experiment, query, columns and order are followed.
    config : Config, optional
        Declares metrics.
    metrics : sequence of str
        Patterns of the metrics to draw; those of the table by default.
    formats : sequence of str
        Of the drawings: ``"svg"``, ``"pdf"``.
    width_cm : float
        Of the drawings.

    Returns
    -------
    Paper

    Raises
    ------
    InvalidInputError
        The view names what is not there, or no run matches it.
    """
    plan = gather(reader, SiteSettings(config=config or Config()), lambda *_: None)
    experiment = _choose_experiment(plan.experiments, view.experiment)
    runs = _choose_runs(experiment, str(view_state(view).get("q", "")))
    repeated = repetition_params([item.run for item in runs])
    columns = _choose_columns(experiment, runs, view, repeated)
    rows, n_bare = _rows(runs, columns)
    if not rows or not columns:
        raise InvalidInputError("No run has a value in these columns.", "Choose others.")
    rows = _sorted(rows, view, experiment, columns)
    chosen = [item for row in rows for item in row.runs]
    keys = _drawn_metrics(experiment, columns, metrics)
    drawn = dict(_figures(reader, experiment, rows[:MAX_LINES], keys, formats, width_cm))
    notes = []
    if drawn and len(rows) > MAX_LINES:
        notes.append(f"The drawings show the first {MAX_LINES} of {len(rows)} rows.")
    if n_bare:
        notes.append(f"{plural(n_bare, 'run')} without a value in any numeric column left out.")
    about = _About(experiment, view, chosen, is_repeated=len(chosen) > len(rows))
    files = {
        "table.tex": about.head() + _table(rows, columns, about).encode(),
        **drawn,
        "runs.txt": about.listing(rows),
    }
    if drawn:
        texts = _figure_texts([key for key in keys if _is_drawn(key, drawn)], about)
        files["figures.tex"] = about.head() + texts.encode()
    return Paper(files=files, notes=tuple(notes))


def write_paper(paper: Paper, folder: str) -> list[str]:
    """Write the files into a folder, made when it is not there; return their paths."""
    paths = [os.path.join(folder, name) for name in sorted(paper.files)]
    for path in paths:
        write_whole(path, paper.files[os.path.basename(path)])
    return paths


# Choosing


def _choose_experiment(experiments: Sequence[PlannedExperiment], name: str) -> PlannedExperiment:
    found = [item for item in experiments if not name or name in (item.name, item.id)]
    if found and (name or len(experiments) == 1):
        return found[0]
    names = [item.name for item in experiments]
    if name or not names:
        raise ExperimentNotFoundError(
            f"There is no experiment '{name}'.", hint=did_you_mean(name, names)
        )
    raise InvalidInputError(
        f"The store has {len(names)} experiments.", f"Choose one: {', '.join(names)}."
    )


def _choose_runs(experiment: PlannedExperiment, query: str) -> list[PlannedRun]:
    by_id = {item.run_id: item for item in experiment.runs}
    matching = select_runs([item.run for item in experiment.runs], query)
    if not matching:
        raise InvalidInputError(f"No run of '{experiment.name}' matches {query!r}.")
    wanted = {run.info.run_id for run in matching}
    return [item for run_id, item in by_id.items() if run_id in wanted]


def _choose_columns(
    experiment: PlannedExperiment, runs: Sequence[PlannedRun], view: View, repeated: frozenset[str]
) -> list[Column]:
    known = {c.id: c for c in (*experiment_columns(experiment), *aggregate_columns(experiment))}
    wished = view_state(view).get("cols") or [*_usual_columns(experiment, runs, repeated)]
    asked = [canonical_id(name, known) for name in wished]
    for name in asked:
        if name not in known:
            raise InvalidInputError(
                f"There is no column '{name}'.", did_you_mean(name, known) or "As in params.lr."
            )
    return [known[name] for name in asked]


def _usual_columns(
    experiment: PlannedExperiment, runs: Sequence[PlannedRun], repeated: frozenset[str]
) -> Iterator[str]:
    values = {
        key: {item.run.data.params.get(key) for item in runs}
        for key in experiment.differing
        if key not in repeated
    }
    differing = [key for key, found in values.items() if len(found) > 1]
    yield from (f"params.{key}" for key in differing[:MAX_PARAMS])
    logged = {key for item in runs for key in item.run.data.summaries}
    keys = [f.key for f in ordered_metrics(experiment) if f.key in logged and not f.is_system]
    yield from (f"metrics.{key}" for key in keys[:MAX_METRICS])


def _rows(runs: Sequence[PlannedRun], columns: Sequence[Column]) -> tuple[list[Row], int]:
    """Group repetitions; leave out runs that have none of the table's numbers."""
    numeric = [column for column in columns if column.is_numeric]
    kept = [i for i in runs if not numeric or any(c.get(i) is not None for c in numeric)]
    by_id = {item.run_id: item for item in kept}
    rows = []
    for group in configurations([item.run for item in kept]).values():
        members = tuple(by_id[run.info.run_id] for run in group)
        rows.append(Row(runs=members, name=_row_name(members, columns)))
    return _told_apart(rows), len(runs) - len(kept)


def _row_name(members: Sequence[PlannedRun], columns: Sequence[Column]) -> str:
    params = [column for column in columns if column.group == "Params"]
    said = [f"{c.label} {value}" for c in params if (value := _shared(c, members)) is not None]
    return ", ".join(said) or members[0].name


def _told_apart(rows: Sequence[Row]) -> list[Row]:
    """Add the beginning of a run's id where two rows have one name."""
    names = [row.name for row in rows]
    return [
        replace(row, name=f"{row.name} ({row.runs[0].run_id[:6]})")
        if names.count(row.name) > 1
        else row
        for row in rows
    ]


def _shared(column: Column, members: Sequence[PlannedRun]) -> _Cell:
    """Return what all runs of a row say alike; None when they do not."""
    found = {column.get(item) for item in members}
    return found.pop() if len(found) == 1 else None


# Order


def _sorted(
    rows: Sequence[Row], view: View, experiment: PlannedExperiment, columns: Sequence[Column]
) -> list[Row]:
    keys = [part for part in str(view_state(view).get("sort", "")).split(",") if part]
    known = {c.id: c for c in (*experiment_columns(experiment), *aggregate_columns(experiment))}
    if not keys:
        first = next((c for c in columns if c.is_numeric and _sense(experiment, c)), None)
        sign = "-" if first and _sense(experiment, first) == "max" else ""
        keys = [f"{sign}{first.id}"] if first else []
    ordered = list(rows)
    for key in reversed(keys):
        name = key.removeprefix("-").replace("%2C", ",").replace("%25", "%")
        name = canonical_id(name, known)
        if name in known:
            ordered.sort(key=_by(known[name], is_descending=key.startswith("-")))
    return ordered


def _sense(experiment: PlannedExperiment, column: Column) -> str:
    facts = experiment.metrics.get(column.label) if column.group == "Metrics" else None
    return facts.sense if facts else ""


def _by(column: Column, *, is_descending: bool) -> Callable[[Row], tuple[bool, float, str]]:
    """Make a sort key: numbers by size, texts as they are, what is missing last."""

    def key(row: Row) -> tuple[bool, float, str]:
        if column.is_numeric or column.kind == "time":
            mean, _ = mean_and_margin(_numbers(column, row))
            size = float("inf") if mean is None or mean != mean else mean  # noqa: PLR0124  # NaN
            return mean is None, -size if is_descending and mean is not None else size, ""
        value = _shared(column, row.runs)
        number = _as_number(value)
        return value is None, -number if is_descending else number, str(value)

    return key


def _as_number(value: _Cell) -> float:
    from reporter.search.quantity import read_number

    number = read_number(value) if isinstance(value, str) else value
    return 0.0 if number is None else float(number)


def _numbers(column: Column, row: Row) -> list[float]:
    found = (column.get(item) for item in row.runs)
    return [float(value) for value in found if value is not None]


# Texts


@dataclass(frozen=True)
class _About:
    """What a reader must know of where something comes from."""

    experiment: PlannedExperiment
    view: View
    runs: Sequence[PlannedRun]
    is_repeated: bool

    @property
    def digest(self) -> str:
        """Of the ids of all runs, sorted."""
        ids = "\n".join(sorted(item.run_id for item in self.runs))
        return hashlib.sha256(ids.encode()).hexdigest()

    def caption(self, what: str) -> str:
        """Say what is shown, how it was averaged, and of which runs."""
        title = self.experiment.name
        title += f": {self.view.name}" if self.view.name else ""
        means = (
            r" Means over repetitions, $\pm$ half of the 95\,\% confidence interval "
            r"(Student's $t$, three runs or more)."
            if self.is_repeated
            else ""
        )
        return f"{latex.escape(title)}. {what}{means} {self._sources()}"

    def _sources(self) -> str:
        if len(self.runs) <= MAX_NAMED_RUNS:
            ids = ", ".join(item.run_id[:8] for item in self.runs)
            return f"Runs: {ids}."
        return f"{len(self.runs):,} runs, SHA-256 of their ids {self.digest[:8]}."

    def head(self) -> bytes:
        """Name every run in comments, for whoever finds the file later."""
        query = str(view_state(self.view).get("q", ""))
        lines = [
            f"% Experiment {self.experiment.id}, {plural(len(self.runs), 'run')}",
            f"% Filter: {query}" if query else "% All runs",
            f"% SHA-256 of the sorted run ids: {self.digest}",
        ]
        return "".join(" ".join(line.split()) + "\n" for line in lines).encode()

    def listing(self, rows: Sequence[Row]) -> bytes:
        """List the runs of each row."""
        lines = [f"# SHA-256 of the sorted run ids: {self.digest}"]
        for row in rows:
            lines.append(f"# {' '.join(row.name.split())}")
            lines += [f"{item.run_id}  {' '.join(item.name.split())}" for item in row.runs]
        return ("\n".join(lines) + "\n").encode()


def _table(rows: Sequence[Row], columns: Sequence[Column], about: _About) -> str:
    made = [_column(column, rows, about.experiment) for column in columns]
    if about.is_repeated:
        counts = tuple(latex.Value(mean=float(len(row.runs))) for row in rows)
        made.append(latex.Column(heading="n", cells=counts))
    has_best = any(column.direction for column in made)
    what = "Last logged value of each run" + ("; the best in bold." if has_best else ".")
    slug = _file_name(about.experiment.name)
    return latex.table(made, caption=about.caption(what), label=f"tab:{slug}")


def _column(column: Column, rows: Sequence[Row], experiment: PlannedExperiment) -> latex.Column:
    aggregate = aggregate_of(column.id)
    heading = f"{column.label}, {AGGREGATES[aggregate]}" if aggregate else column.label
    if not column.is_numeric:
        texts = tuple(_text(_shared(column, row.runs), row, column) for row in rows)
        return latex.Column(heading=heading, cells=texts)
    pairs = [mean_and_margin(_numbers(column, row)) for row in rows]
    is_rankable = not aggregate or aggregate in ("min", "max", "mean", "best")
    return latex.Column(
        heading=heading,
        cells=tuple(latex.Value(mean=mean, margin=margin) for mean, margin in pairs),
        direction=_sense(experiment, column) if is_rankable else "",
        unit=column.unit,
    )


def _text(value: _Cell, row: Row, column: Column) -> str:
    if value is not None:
        return str(value)
    is_missing = all(column.get(item) is None for item in row.runs)
    return "–" if is_missing else "various"


# Drawings


def _figures(
    reader: StoreReader,
    experiment: PlannedExperiment,
    rows: Sequence[Row],
    keys: Sequence[str],
    formats: Sequence[str],
    width_cm: float,
) -> Iterator[tuple[str, bytes]]:
    for key in keys:
        curves = list(_curves(reader, rows, key))
        facts = experiment.metrics[key]
        title = f"{key} ({facts.unit})" if facts.unit else key
        x_title = "step" if facts.has_steps else "point"
        for kind in formats if curves else ():
            drawing = draw_curves(curves, kind, metric=title, x_title=x_title, width_cm=width_cm)
            yield f"{_file_name(key)}.{kind}", drawing


def _is_drawn(key: str, drawn: Mapping[str, bytes]) -> bool:
    return any(name.rpartition(".")[0] == _file_name(key) for name in drawn)


def _drawn_metrics(
    experiment: PlannedExperiment, columns: Sequence[Column], patterns: Sequence[str]
) -> list[str]:
    """Choose metrics that have a history: those that were asked for, or those of the table."""
    series = [facts.key for facts in ordered_metrics(experiment) if facts.is_series]
    if not patterns:
        shown = {column.label for column in columns if column.group == "Metrics"}
        return [key for key in series if key in shown]
    for pattern in patterns:
        if not any(fits(pattern, key) or pattern == key for key in series):
            hint = did_you_mean(pattern, series) or "Charts are drawn of metrics with a history."
            raise InvalidInputError(f"No metric with a history is called '{pattern}'.", hint)
    return [key for key in series if any(fits(p, key) or p == key for p in patterns)]


def _curves(reader: StoreReader, rows: Sequence[Row], key: str) -> Iterator[Curve]:
    for row in rows:
        found = list(reader.history([item.run_id for item in row.runs], [key]))
        curve = mean_curve(row.name, found) if found else None
        if curve is not None and len(curve.steps) > 1:  # one point is no line
            yield curve


def _figure_texts(keys: Sequence[str], about: _About) -> str:
    texts = []
    for key in keys:
        stem = _file_name(key)
        bands = " Bands are the intervals." if about.is_repeated else ""
        caption = about.caption(f"History of {latex.escape(key)}.{bands}")
        texts.append(
            "\\begin{figure}\n  \\centering\n"
            f"  \\includegraphics[width=\\columnwidth]{{{stem}}}\n"
            f"  \\caption{{{caption}}}\n  \\label{{fig:{stem}}}\n\\end{{figure}}\n"
        )
    return "% Needs \\usepackage{graphicx}, and the PDF files beside it.\n" + "\n".join(texts)


def _file_name(key: str) -> str:
    """Make a name that LaTeX and every file system take: ``val/acc@1`` becomes ``val-acc-1``."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", key).strip("-")[:60] or "metric"
    if re.fullmatch(r"[A-Za-z0-9_-]+", key):
        return plain
    return f"{plain}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"
