"""What the runs of one experiment say together: leading metric, ranks, params that differ.

Pure: runs in, frozen records out. Knows nothing of pages, columns or number formats.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reporter.model import MetricDefinition, MetricSummary, Run

__all__ = [
    "MetricFacts",
    "differing_params",
    "guess_direction",
    "leading_metric",
    "rank_runs",
    "standing_value",
    "summarise_metrics",
]

# Last words of names seen in the examples of the usual frameworks. A name that holds words of both
# lists is not guessed at.
_LOWER_IS_BETTER = frozenset(
    {
        "loss",
        "error",
        "err",
        "rmse",
        "mae",
        "mse",
        "mape",
        "smape",
        "nll",
        "perplexity",
        "ppl",
        "wer",
        "cer",
        "logloss",
        "brier",
        "inertia",
        "fid",
        "bce",
        "deviance",
        "regret",
        "rmsle",
        "crps",
        "distance",
    }
)
_HIGHER_IS_BETTER = frozenset(
    {
        "acc",
        "accuracy",
        "auc",
        "auroc",
        "auprc",
        "f1",
        "r2",
        "score",
        "silhouette",
        "precision",
        "recall",
        "iou",
        "dice",
        "bleu",
        "rouge",
        "ndcg",
        "mrr",
        "psnr",
        "ssim",
        "reward",
        "kappa",
        "mcc",
        "likelihood",
    }
)
_HELD_OUT = frozenset(
    {
        "val",
        "valid",
        "validation",
        "test",
        "eval",
        "dev",
        "cv",
        "outer",
        "heldout",
        "holdout",
    }
)
_SEEN = frozenset(
    {
        "train",
        "training",
        "fit",
        "inner",
    }
)
SYSTEM_PREFIX = "system/"


@dataclass(frozen=True, kw_only=True)
class MetricFacts:
    """One metric over all runs of an experiment.

    Parameters
    ----------
    key : str
    n_runs : int
        How many runs logged it.
    direction : str
        As declared: ``"min"``, ``"max"`` or ``""``.
    sense : str
        `direction`, or what the name suggests when nothing was declared: good enough to order by,
        not to be shown as a fact.
    unit, description : str
    rule : str
        Which value stands for a run: ``"last"``, ``"min"``, ``"max"`` or ``"mean"``.
    is_series : bool
        Whether some run logged more than one point.
    has_steps : bool
        Whether some run logged more than one step.
    """

    key: str
    n_runs: int
    direction: str = ""
    sense: str = ""
    unit: str = ""
    description: str = ""
    rule: str = "last"
    is_series: bool = False
    has_steps: bool = False

    @property
    def standing_word(self) -> str:
        """What the value that stands for a run is called: ``best``, or what was declared."""
        return "best" if self.rule == self.sense else self.rule

    @property
    def is_system(self) -> bool:
        """Whether it measures the machine and not the model."""
        return self.key.startswith(SYSTEM_PREFIX)


def summarise_metrics(
    runs: Sequence[Run],
    declared: Mapping[str, MetricDefinition] | None = None,
    settled: Mapping[str, MetricDefinition] | None = None,
) -> dict[str, MetricFacts]:
    """Gather what is known of each metric.

    Parameters
    ----------
    runs : sequence of Run
        In the order of starting: of two declarations the later run's stands.
    declared : mapping of str to MetricDefinition, optional
        What the experiment declares for all its runs; a run's own declaration wins.
    settled : mapping of str to MetricDefinition, optional
        What the report's configuration says: it goes over what runs declared.

    Returns
    -------
    dict of str to MetricFacts
        In the order in which the runs logged them first.
    """
    series: dict[str, list[MetricSummary]] = {}
    definitions = dict(declared or {})
    for run in runs:
        for key, summary in run.data.summaries.items():
            series.setdefault(key, []).append(summary)
        for key, definition in run.data.definitions.items():
            definitions[key] = _over(definitions.get(key), definition)
    for key, definition in (settled or {}).items():
        definitions[key] = _over(definitions.get(key), definition)
    return {key: _facts(key, found, definitions.get(key)) for key, found in series.items()}


def leading_metric(metrics: Mapping[str, MetricFacts]) -> str:
    """Choose the metric that the experiment is about.

    Parameters
    ----------
    metrics : mapping of str to MetricFacts

    Returns
    -------
    str
        One with a declared direction, else one whose name tells its direction, else the most
        common one; measured on held-out data before others. Empty when nothing was logged.
    """
    ours = [facts for facts in metrics.values() if not facts.is_system]
    most = max((facts.n_runs for facts in ours), default=0)
    for candidates in (
        [facts for facts in ours if facts.direction],
        [facts for facts in ours if facts.sense],
        ours,
    ):
        if candidates:
            return max(candidates, key=lambda facts: _claim(facts, most)).key
    return ""


def guess_direction(key: str) -> str:
    """Tell from a metric's name whether lower or higher is better.

    Parameters
    ----------
    key : str

    Returns
    -------
    str
        ``"min"``, ``"max"``, or ``""`` when the name says nothing or both.

    Examples
    --------
    >>> guess_direction("val_loss"), guess_direction("testAccuracy"), guess_direction("lr")
    ('min', 'max', '')
    """
    words = _words(key)
    if "neg" in words or "negative" in words:
        return "max" if words & _LOWER_IS_BETTER else ""
    is_lower = bool(words & _LOWER_IS_BETTER)
    is_higher = bool(words & _HIGHER_IS_BETTER)
    if is_lower == is_higher:
        return ""
    return "min" if is_lower else "max"


def standing_value(facts: MetricFacts, summary: MetricSummary | None) -> float | None:
    """Return the value that stands for a run: its best by direction, unless declared otherwise.

    Parameters
    ----------
    facts : MetricFacts
    summary : MetricSummary or None
        None when the run did not log the metric.

    Returns
    -------
    float or None
        The last value, which may be NaN, when no value is finite.
    """
    if summary is None:
        return None
    chosen = {"min": summary.min, "max": summary.max, "mean": summary.mean}.get(facts.rule)
    return summary.last if chosen is None else chosen


def rank_runs(facts: MetricFacts | None, runs: Iterable[Run]) -> list[str]:
    """Order runs by a metric, the best first.

    Parameters
    ----------
    facts : MetricFacts or None
    runs : iterable of Run

    Returns
    -------
    list of str
        Run ids; runs without a finite value are left out. Empty when no direction is known.
    """
    if facts is None or not facts.sense:
        return []
    sign = 1 if facts.sense == "min" else -1
    values = (
        (standing_value(facts, run.data.summaries.get(facts.key)), run.info.run_id) for run in runs
    )
    finite = ((value, run_id) for value, run_id in values if _is_finite(value))
    return [run_id for _, run_id in sorted((sign * (v or 0.0), run_id) for v, run_id in finite)]


def differing_params(runs: Sequence[Run]) -> tuple[str, ...]:
    """Find the params that are not the same in all runs.

    Parameters
    ----------
    runs : sequence of Run

    Returns
    -------
    tuple of str
        Those that most runs logged first, then in the order in which they were first logged. One
        that some runs did not log, and all others with the same value, does not differ: it goes
        with the kind of run.
    """
    values: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for run in runs:
        for key, value in run.data.params.items():
            values.setdefault(key, set()).add(value)
            counts[key] = counts.get(key, 0) + 1
    differing = [key for key in values if len(values[key]) > 1]
    return tuple(sorted(differing, key=lambda key: -counts[key]))


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _facts(
    key: str, found: Sequence[MetricSummary], definition: MetricDefinition | None
) -> MetricFacts:
    declared = definition or MetricDefinition(key=key)
    sense = declared.direction or guess_direction(key)
    return MetricFacts(
        key=key,
        n_runs=len(found),
        direction=declared.direction,
        sense=sense,
        unit=declared.unit,
        description=declared.description,
        rule=declared.best or sense or "last",
        is_series=any(summary.count > 1 for summary in found),
        has_steps=any(summary.max_step_logged > summary.first_step for summary in found),
    )


def _over(earlier: MetricDefinition | None, later: MetricDefinition) -> MetricDefinition:
    """Lay a later declaration over an earlier one; fields it leaves empty keep theirs."""
    if earlier is None:
        return later
    said = {name: value for name, value in vars(later).items() if value}
    return replace(earlier, **said)


def _claim(facts: MetricFacts, most: int) -> tuple[bool, int, int]:
    """Weigh a metric as the leading one: common, on held-out data, most common."""
    words = _words(facts.key)
    standing = 2 * bool(words & _HELD_OUT) + (not words & _SEEN)
    return 2 * facts.n_runs >= most, standing, facts.n_runs


def _words(key: str) -> set[str]:
    """Split a name at punctuation and where small letters meet capitals."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", key)
    return set(re.split(r"[^a-z0-9]+", spaced.lower()))
