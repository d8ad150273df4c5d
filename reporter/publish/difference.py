"""What changed between two states of a store: runs, bests, and configurations beyond noise.

Pure: two readers' runs in, one frozen record out. How it is told (as a page, Markdown or JSON) is
said elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reporter.model import Experiment, LifecycleStage, Run
from reporter.publish.noise import Change, compare_means, pool
from reporter.site.repeats import Configuration, configurations
from reporter.site.summaries import MetricFacts, differing_params, standing_value, summarise_metrics
from reporter.store.ports import StoreReader

__all__ = [
    "Best",
    "BestChange",
    "Comparison",
    "Difference",
    "ExperimentDifference",
    "ExperimentRuns",
    "FieldChange",
    "RunChange",
    "best_of",
    "compare",
    "read_experiments",
]

_VOLATILE_TAGS = ("reporter.import.",)
"""What an import says of itself is nothing that the run did."""


@dataclass(frozen=True, kw_only=True)
class ExperimentRuns:
    """An experiment and its runs, deleted ones left out.

    Parameters
    ----------
    experiment : Experiment
    runs : tuple of Run
        By time of starting.
    metrics : mapping of str to MetricFacts
    """

    experiment: Experiment
    runs: tuple[Run, ...]
    metrics: Mapping[str, MetricFacts]


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One thing about a run that is not what it was; None where it was not there."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, kw_only=True)
class RunChange:
    """A run that is in both states, and what of it changed."""

    run: Run
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best value of a metric, and whose it is."""

    value: float
    run: Run


@dataclass(frozen=True, kw_only=True)
class BestChange:
    """The best of a metric before and after; None where nothing was logged.

    Parameters
    ----------
    facts : MetricFacts
    old, new : Best or None
    verdict : str
        ``"better"``, ``"worse"``, ``"same"``, ``"new"`` or ``"gone"``. Of single runs: nothing is
        said of noise.
    """

    facts: MetricFacts
    old: Best | None
    new: Best | None
    verdict: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One metric of one configuration that was run before and was run again.

    Parameters
    ----------
    facts : MetricFacts
    configuration : str
        Params that differ within the experiment, as ``lr=0.1 depth=3``.
    change : Change
    """

    facts: MetricFacts
    configuration: str
    change: Change


@dataclass(frozen=True, kw_only=True)
class ExperimentDifference:
    """What changed in one experiment.

    Parameters
    ----------
    name : str
    state : str
        ``"both"``, ``"new"`` or ``"removed"``.
    added, removed : tuple of Run
    changed : tuple of RunChange
    bests : tuple of BestChange
        Of metrics that have a direction.
    comparisons : tuple of Comparison
    """

    name: str
    state: str
    added: tuple[Run, ...] = ()
    removed: tuple[Run, ...] = ()
    changed: tuple[RunChange, ...] = ()
    bests: tuple[BestChange, ...] = ()
    comparisons: tuple[Comparison, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing changed."""
        return self.state == "both" and not (self.added or self.removed or self.changed)

    def with_verdict(self, *verdicts: str) -> tuple[Comparison, ...]:
        """Return the comparisons that came to one of these verdicts."""
        return tuple(item for item in self.comparisons if item.change.verdict in verdicts)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What changed between two states of a store.

    Parameters
    ----------
    old, new : str
        Where they are, as the user wrote it.
    experiments : tuple of ExperimentDifference
        Those with changes first, then by name.
    """

    old: str
    new: str
    experiments: tuple[ExperimentDifference, ...]

    @property
    def regressions(self) -> tuple[Comparison, ...]:
        """Return what became worse beyond noise."""
        return tuple(c for item in self.experiments for c in item.with_verdict("worse"))


def read_experiments(reader: StoreReader) -> dict[str, ExperimentRuns]:
    """Read the experiments and runs of a store that are not deleted.

    Parameters
    ----------
    reader : StoreReader

    Returns
    -------
    dict of str to ExperimentRuns
        By name; experiments without runs are left out.
    """
    active = [e for e in reader.experiments() if e.lifecycle_stage == LifecycleStage.ACTIVE]
    found = {}
    for experiment in active:
        runs = sorted(
            (run for run in reader.runs([experiment.experiment_id]) if _is_active(run)),
            key=lambda run: (run.info.start_time or 0, run.info.run_id),
        )
        if runs:
            metrics = summarise_metrics(runs, experiment.definitions)
            found[experiment.name] = ExperimentRuns(
                experiment=experiment, runs=tuple(runs), metrics=metrics
            )
    return found


def compare(
    old: Mapping[str, ExperimentRuns],
    new: Mapping[str, ExperimentRuns],
    locations: tuple[str, str] = ("", ""),
) -> Difference:
    """Find what changed from one state of a store to another.

    Parameters
    ----------
    old, new : mapping of str to ExperimentRuns
        From :func:`read_experiments`. Experiments are the same when their names are, runs when
        their ids are.
    locations : (str, str)
        Where they are, as the user wrote it.

    Returns
    -------
    Difference
    """
    names = [*new, *(name for name in old if name not in new)]
    found = [_compare_experiment(name, old.get(name), new.get(name)) for name in names]
    found.sort(key=lambda item: (item.is_same, item.name))
    return Difference(old=locations[0], new=locations[1], experiments=tuple(found))


def best_of(facts: MetricFacts, runs: Iterable[Run]) -> Best | None:
    """Find the best value of a metric.

    Parameters
    ----------
    facts : MetricFacts
    runs : iterable of Run

    Returns
    -------
    Best or None
        None when the metric has no direction or no run logged a finite value. Of equal values the
        earlier run's.
    """
    if not facts.sense:
        return None
    values = ((standing_value(facts, run.data.summaries.get(facts.key)), run) for run in runs)
    finite = [Best(value=v, run=run) for v, run in values if v is not None and math.isfinite(v)]
    sign = 1 if facts.sense == "min" else -1
    return min(finite, key=lambda best: sign * best.value, default=None)


def _is_active(run: Run) -> bool:
    return run.info.lifecycle_stage == LifecycleStage.ACTIVE


def _compare_experiment(
    name: str, old: ExperimentRuns | None, new: ExperimentRuns | None
) -> ExperimentDifference:
    before = {run.info.run_id: run for run in old.runs} if old else {}
    after = {run.info.run_id: run for run in new.runs} if new else {}
    union = [*before.values(), *(run for key, run in after.items() if key not in before)]
    definitions = (new or old).experiment.definitions if new or old else {}  # type: ignore[union-attr]  # one is there
    metrics = summarise_metrics(union, definitions)
    ours = [facts for facts in metrics.values() if facts.sense and not facts.is_system]
    pairs = [(before[key], run) for key, run in after.items() if key in before]
    changes = [RunChange(run=run, fields=tuple(_changes(was, run))) for was, run in pairs]
    added = tuple(run for key, run in after.items() if key not in before)
    return ExperimentDifference(
        name=name,
        state="both" if old and new else "new" if new else "removed",
        added=added,
        removed=tuple(run for key, run in before.items() if key not in after),
        changed=tuple(change for change in changes if change.fields),
        bests=tuple(_best_change(facts, before.values(), after.values()) for facts in ours),
        comparisons=tuple(_comparisons(ours, tuple(before.values()), added)) if old else (),
    )


def _changes(old: Run, new: Run) -> Iterable[FieldChange]:
    before, after = _fields(old), _fields(new)
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield FieldChange(name=name, old=before.get(name), new=after.get(name))


def _fields(run: Run) -> dict[str, str]:
    """Flatten what a person can see of a run."""
    info, data = run.info, run.data
    tags = {key: value for key, value in data.tags.items() if not key.startswith(_VOLATILE_TAGS)}
    return {
        "name": info.run_name,
        "status": info.status,
        **{f"params.{key}": value for key, value in data.params.items()},
        **{f"metrics.{key}": repr(value) for key, value in data.metrics.items()},
        **{f"tags.{key}": value for key, value in tags.items() if key != "mlflow.runName"},
        **{f"artifacts.{item.path}": f"{item.size_bytes} bytes" for item in run.artifacts},
    }


def _best_change(facts: MetricFacts, before: Iterable[Run], after: Iterable[Run]) -> BestChange:
    old, new = best_of(facts, before), best_of(facts, after)
    if old is None or new is None:
        verdict = "new" if new else "gone" if old else "same"
    elif old.value == new.value:
        verdict = "same"
    else:
        is_lower = new.value < old.value
        verdict = "better" if is_lower == (facts.sense == "min") else "worse"
    return BestChange(facts=facts, old=old, new=new, verdict=verdict)


def _comparisons(
    metrics: Sequence[MetricFacts], before: Sequence[Run], added: Sequence[Run]
) -> Iterable[Comparison]:
    """Hold what was run again against what was run before, configuration by configuration."""
    groups = configurations([*before, *added])
    is_new = {run.info.run_id for run in added}
    split = {
        key: (
            [run for run in runs if run.info.run_id not in is_new],
            [run for run in runs if run.info.run_id in is_new],
        )
        for key, runs in groups.items()
    }
    differing = set(differing_params([*before, *added]))
    for facts in metrics:
        values = {
            key: (_values(facts, old), _values(facts, new)) for key, (old, new) in split.items()
        }
        spread = pool(part for parts in values.values() for part in parts if part)
        for key, (old, new) in values.items():
            if old and new:
                change = compare_means(old, new, spread, facts.sense)
                yield Comparison(facts=facts, configuration=_text(key, differing), change=change)


def _values(facts: MetricFacts, runs: Iterable[Run]) -> list[float]:
    found = (standing_value(facts, run.data.summaries.get(facts.key)) for run in runs)
    return [value for value in found if value is not None and math.isfinite(value)]


def _text(configuration: Configuration, differing: set[str]) -> str:
    shown = [f"{key}={value}" for key, value in configuration if key in differing]
    return " ".join(shown)
