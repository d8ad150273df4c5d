"""Optuna: a callback for ``study.optimize`` that logs every trial as a run.

It needs nothing of Optuna but the two objects that it is called with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reporter.integrations import autologging
from reporter.integrations.autologging import clean_key
from reporter.model import RunStatus
from reporter.tracking import fluent
from reporter.tracking.client import MlflowClient
from reporter.tracking.experiments import chosen_experiment_id
from reporter.tracking.live import LiveRun

__all__ = ["RunCallback"]

FLAVOR = "optuna"
_STATUSES = {"FAIL": RunStatus.FAILED}


class RunCallback:
    """Logs every trial: ``study.optimize(objective, callbacks=[RunCallback()])``.

    Trials are child runs of the run that is active when this is made, or stand alone when none is.
    The parent gets the best value so far as ``best_<metric>``. Trials may run in threads.

    Parameters
    ----------
    metric_name : str or sequence of str
        What the objective returns; one name for each value.
    run_id : str, optional
        The parent, when it is not the active run.
    tags : mapping, optional
        For every trial's run.
    """

    def __init__(
        self,
        metric_name: str | Sequence[str] = "value",
        run_id: str | None = None,
        tags: Mapping[str, object] | None = None,
    ) -> None:
        active = fluent.active_run()
        self.parent = run_id or (active.info.run_id if active else None)
        self.names = [metric_name] if isinstance(metric_name, str) else list(metric_name)
        self.tags = dict(tags or {})
        self._client = MlflowClient()
        self._experiment_id = (
            self._client.get_run(self.parent).info.experiment_id
            if self.parent
            else chosen_experiment_id()
        )

    def __call__(self, study: Any, trial: Any) -> None:
        """Log a trial that has ended; whatever fails here warns once."""
        with autologging.shield(FLAVOR):
            self._log(study, trial)

    def _log(self, study: Any, trial: Any) -> None:
        live, _ = self._client._start(
            self._experiment_id,
            f"trial {trial.number}",
            self._tags(study, trial),
            start_time=_milliseconds(trial.datetime_start),
        )
        autologging.log_new_params(live, trial.params)
        self._log_values(live, trial)
        status = _STATUSES.get(trial.state.name, RunStatus.FINISHED)
        live.end(status, _milliseconds(trial.datetime_complete))
        if self.parent is not None and len(self.names) == 1:
            self._log_best(self._client._live(self.parent), study, trial)

    def _tags(self, study: Any, trial: Any) -> dict[str, object]:
        found = {
            "optuna.study": study.study_name,
            "optuna.number": trial.number,
            "optuna.state": trial.state.name,
            **{clean_key(key): value for key, value in trial.user_attrs.items()},
            **self.tags,
        }
        return {**found, **({"mlflow.parentRunId": self.parent} if self.parent else {})}

    def _log_values(self, live: LiveRun, trial: Any) -> None:
        for name, value in zip(self.names, trial.values or (), strict=False):
            live.log_point(clean_key(name), float(value))
        for step, value in trial.intermediate_values.items():
            live.log_point(f"intermediate_{clean_key(self.names[0])}", float(value), step)

    def _log_best(self, parent: LiveRun, study: Any, trial: Any) -> None:
        try:
            best = study.best_value
        except ValueError:
            return  # no trial has come to its end yet
        parent.log_point(f"best_{clean_key(self.names[0])}", float(best), trial.number)


def _milliseconds(time: Any) -> int | None:
    return None if time is None else int(time.timestamp() * 1000)
