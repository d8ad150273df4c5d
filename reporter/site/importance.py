"""How far each param matters to a model that predicts a metric: permutation importance.

Computed while the site is built, where scikit-learn is installed, since a page has no such model.
It is imported here alone, and only when there is something to compute. Pure but for that.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from reporter.search.quantity import read_number
from reporter.site import links, payload
from reporter.site.numbers import format_number
from reporter.site.plan import PlannedExperiment
from reporter.site.summaries import standing_value
from reporter.site.writing.manifest import inputs_digest
from reporter.site.writing.output import SiteOutput

__all__ = [
    "LEAST_RUNS",
    "Importance",
    "ImportanceTable",
    "importance_table",
    "permutation_importance",
    "write_importances",
]

LEAST_RUNS = 20
"""Five folds of fewer runs score a model by three of them."""

MOST_RUNS = 2_000
MOST_PARAMS = 20
MOST_METRICS = 2
"""What a forest is computed for costs about a second each; see ``docs/charts.md``."""

N_FOLDS = 5
N_TREES = 50
N_REPEATS = 5
SEED = 0


@dataclass(frozen=True, kw_only=True)
class ImportanceTable:
    """What a model is trained with.

    Parameters
    ----------
    metric : str
    params : tuple of str
    values : ndarray of float64, shape (n_runs, n_params)
        Numbers as logged, texts as their place; what was not logged lies below all others.
    target : ndarray of float64, shape (n_runs,)

    Notes
    -----
    Of more runs than a round number the first are taken, so that one more run does not change the
    result, and a model is not trained anew in every build.
    """

    metric: str
    params: tuple[str, ...]
    values: np.ndarray
    target: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Importance:
    """How far one param matters.

    Parameters
    ----------
    label : str
    value : float
        How much the squared error of runs that the model has not seen rises when the param is
        shuffled between them, as a share of the metric's variance.
    std : float
        Over folds and shuffles.
    """

    label: str
    value: float
    std: float


def write_importances(
    output: SiteOutput, experiments: Iterable[PlannedExperiment]
) -> dict[str, str]:
    """Write how far params matter, unless the last build has computed the same.

    Parameters
    ----------
    output : SiteOutput
    experiments : iterable of PlannedExperiment

    Returns
    -------
    dict of str to str
        By experiment id the name of the data file, where something could be computed.
    """
    found = {experiment.id: _write(output, experiment) for experiment in experiments}
    return {experiment_id: name for experiment_id, name in found.items() if name}


def _write(output: SiteOutput, experiment: PlannedExperiment) -> str:
    tables = [table for key in _metrics(experiment) if (table := importance_table(experiment, key))]
    if not tables or importlib.util.find_spec("sklearn") is None:
        return ""
    digests = [(t.metric, t.params, t.values.tobytes(), t.target.tobytes()) for t in tables]
    inputs = inputs_digest("importance", N_FOLDS, N_TREES, N_REPEATS, SEED, digests)
    if kept := output.reuse(inputs):
        return kept[0].rsplit("/", 1)[-1]
    # Of a few more runs only the number is another: the model need not be trained for it.
    body = payload.encode_json([_record(table) for table in tables])
    name = links.data_name(f"importance-{experiment.id}", inputs)
    path = links.data_path(name)
    output.write(path, payload.register(f"importance/{experiment.id}", body), inputs=inputs)
    return path.rsplit("/", 1)[-1]


def importance_table(experiment: PlannedExperiment, key: str) -> ImportanceTable | None:
    """Gather what a model of a metric is trained with.

    Parameters
    ----------
    experiment : PlannedExperiment
    key : str
        Of the metric.

    Returns
    -------
    ImportanceTable or None
        None below :data:`LEAST_RUNS` runs with a finite value, and when no param differs.
    """
    facts = experiment.metrics[key]
    pairs = [
        (item, value)
        for item in experiment.runs
        if (value := standing_value(facts, item.run.data.summaries.get(key))) is not None
        and math.isfinite(value)
    ]
    params = experiment.differing[:MOST_PARAMS]
    if len(pairs) < LEAST_RUNS or not params:
        return None
    taken = pairs[: _round_down(len(pairs))]
    taken = taken[:: -(-len(taken) // MOST_RUNS)]
    texts = [[item.run.data.params.get(name) for item, _ in taken] for name in params]
    return ImportanceTable(
        metric=key,
        params=params,
        values=np.column_stack([_numbers(column) for column in texts]),
        target=np.array([value for _, value in taken], dtype=np.float64),
    )


def permutation_importance(table: ImportanceTable) -> tuple[float, list[Importance]]:
    """Train a random forest in cross-validation, and shuffle one param after the other.

    Parameters
    ----------
    table : ImportanceTable

    Returns
    -------
    score : float
        R² of the predictions for runs that the model has not seen.
    importances : list of Importance
        In the order of the params.

    Notes
    -----
    Breiman (2001), computed on the held-out fold (Molnar 2022, 8.5.2), for on the runs that a model
    has learnt by heart every param matters.
    """
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import KFold

    shuffler = np.random.default_rng(SEED)
    variance = float(np.var(table.target))
    errors = np.zeros(len(table.target))
    rises = []
    for train, test in KFold(N_FOLDS, shuffle=True, random_state=SEED).split(table.values):
        forest = RandomForestRegressor(N_TREES, min_samples_leaf=2, random_state=SEED)
        forest.fit(table.values[train], table.target[train])
        errors[test] = (forest.predict(table.values[test]) - table.target[test]) ** 2
        shuffled = _shuffled(table.values[test], shuffler)
        predicted = forest.predict(shuffled).reshape(-1, len(test))
        worse = ((predicted - table.target[test]) ** 2).mean(axis=1)
        rises.append((worse - errors[test].mean()).reshape(len(table.params), N_REPEATS))
    all_rises = np.concatenate(rises, axis=1) / variance
    importances = [
        Importance(label=name, value=float(rise.mean()), std=float(rise.std(ddof=1)))
        for name, rise in zip(table.params, all_rises, strict=True)
    ]
    return 1 - float(errors.mean()) / variance, importances


def _metrics(experiment: PlannedExperiment) -> Iterator[str]:
    """Choose the metrics: the leading one, and the next that was declared."""
    declared = [facts.key for facts in experiment.metrics.values() if facts.direction]
    chosen = dict.fromkeys([experiment.leading, *declared])
    yield from list(filter(None, chosen))[:MOST_METRICS]


def _round_down(n: int) -> int:
    """Keep the first two digits of a number, and of those below 100 multiples of five."""
    step = 5 if n < 100 else 10 ** (len(str(n)) - 2)
    return n // step * step


def _numbers(texts: Sequence[str | None]) -> np.ndarray:
    """Make numbers of texts; trees need an order alone, so what is missing lies below all."""
    read = [None if text is None else read_number(text) for text in texts]
    is_numeric = all(
        text is None or (number is not None and math.isfinite(number))
        for text, number in zip(texts, read, strict=True)
    )
    if not is_numeric:
        places = {
            text: place for place, text in enumerate(sorted({t for t in texts if t is not None}))
        }
        read = [None if text is None else float(places[text]) for text in texts]
    known = [number for number in read if number is not None]
    missing = min(known, default=0.0) - 1.0
    return np.array([missing if number is None else number for number in read], dtype=np.float64)


def _shuffled(values: np.ndarray, shuffler: np.random.Generator) -> np.ndarray:
    """Stack copies of a table, in each of which one column is shuffled: one prediction for all."""
    copies = np.tile(values, (values.shape[1] * N_REPEATS, 1, 1))
    for place in range(values.shape[1]):
        for repeat in range(N_REPEATS):
            copies[place * N_REPEATS + repeat, :, place] = shuffler.permutation(values[:, place])
    return copies.reshape(-1, values.shape[1])


def _record(table: ImportanceTable) -> dict[str, Any]:  # Any: a JSON object
    n = len(table.target)
    record: dict[str, Any] = {"metric": table.metric, "n": n}
    if float(np.var(table.target)) == 0:
        return {**record, "refused": f"{table.metric} is the same in all runs."}
    score, importances = permutation_importance(table)
    if score <= 0:
        refused = (
            f"No importance is claimed: a random forest predicts {table.metric} no better than its "
            f"mean does (R² {format_number(score, 2)} in cross-validation, n {n:,})."
        )
        return {**record, "score": score, "refused": refused}
    return {**record, "score": score, "params": [asdict(one) for one in importances]}
