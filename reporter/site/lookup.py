"""Look-ups over one experiment's runs, made once and used by every page of it. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from reporter.site.numbers import column_decimals
from reporter.site.plan import PlannedExperiment, PlannedRun
from reporter.site.summaries import MetricFacts

__all__ = ["ExperimentLookup"]


class ExperimentLookup:
    """An experiment with its look-ups.

    Parameters
    ----------
    experiment : PlannedExperiment
    """

    def __init__(self, experiment: PlannedExperiment) -> None:
        self.experiment = experiment

    @cached_property
    def by_id(self) -> dict[str, PlannedRun]:
        """Run id to run."""
        return {item.run_id: item for item in self.experiment.runs}

    @cached_property
    def children(self) -> dict[str, list[PlannedRun]]:
        """Run id to the runs that name it as their parent, by time of starting."""
        found: dict[str, list[PlannedRun]] = {}
        for item in self.experiment.runs:
            if item.parent_id and item.parent_id != item.run_id:
                found.setdefault(item.parent_id, []).append(item)
        return found

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Run id to place by the leading metric, from 1."""
        return {run_id: place for place, run_id in enumerate(self.experiment.ranked, start=1)}

    @cached_property
    def lasting_facts(self) -> dict[str, MetricFacts]:
        """Metric to what is known of it that does not change with every run that is added."""
        known = self.experiment.metrics
        return {key: replace(facts, n_runs=0) for key, facts in known.items()}

    def metrics_of(self, item: PlannedRun) -> list[MetricFacts]:
        """Return the metrics that a run logged: leading, declared, others, system."""
        found = [self.lasting_facts[key] for key in item.run.data.summaries]
        leading = self.experiment.leading
        return sorted(found, key=lambda f: (f.is_system, f.key != leading, not f.direction))

    @cached_property
    def decimals(self) -> dict[str, int]:
        """Metric to the digits after the point that tell its values apart."""
        values: dict[str, list[float]] = {key: [] for key in self.experiment.metrics}
        for item in self.experiment.runs:
            for key, summary in item.run.data.summaries.items():
                values[key].append(summary.last)
        return {key: column_decimals(found) for key, found in values.items()}
