"""PyTorch Lightning: a logger to hand to a ``Trainer``, and autologging of ``Trainer.fit``.

Works with both names of the library, ``lightning`` and ``pytorch_lightning``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from reporter.integrations import autologging
from reporter.integrations.autologging import Training
from reporter.integrations.callbacks import flattened, lazily, numbers_in, required
from reporter.integrations.post_import import when_imported
from reporter.model import RunStatus
from reporter.tracking import fluent
from reporter.tracking.client import MlflowClient
from reporter.tracking.experiments import chosen_experiment_id
from reporter.tracking.live import LiveRun

__all__ = ["autolog"]

FLAVOR = "pytorch"
_MODULES = ("lightning.pytorch", "pytorch_lightning")
# What Lightning calls the end of a training.
_STATUSES = {"success": RunStatus.FINISHED, "finished": RunStatus.FINISHED}


def autolog(
    log_every_n_epoch: int = 1,
    log_every_n_step: int | None = None,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    silent: bool = False,
    extra_tags: Mapping[str, object] | None = None,
    **accepted: Any,
) -> None:
    """Log every ``Trainer.fit`` of Lightning, from now on.

    Metrics of every epoch as the module logs them, epochs and optimiser settings as params, the
    module as text. Checkpoints are left to Lightning: log them with ``log_artifact``.

    Parameters
    ----------
    log_every_n_epoch, log_every_n_step, log_models, log_datasets : optional
        Accepted for compatibility.
    disable, exclusive, silent, extra_tags
        As for :func:`reporter.sklearn.autolog`.
    **accepted
        MLflow's further arguments.
    """
    arguments = dict(locals())
    autologging.restore(FLAVOR)
    if autologging.configure(FLAVOR, arguments):
        for name in _MODULES:
            when_imported(name, _patch)


def _patch(module: ModuleType) -> None:
    if autologging.options_for(FLAVOR) is not None:
        autologging.patch(FLAVOR, module.Trainer, "fit", _fit)


def _fit(
    original: Callable[..., Any], trainer: Any, model: Any = None, *args: Any, **kwargs: Any
) -> Any:
    options = autologging.options_for(FLAVOR)
    if options is None or autologging.current_training() is not None:
        return original(trainer, model, *args, **kwargs)
    with autologging.training(FLAVOR, options, model) as job:
        job.attempt(_watch, job, trainer)
        try:
            return original(trainer, model, *args, **kwargs)
        finally:
            trainer.callbacks[:] = [
                item for item in trainer.callbacks if not isinstance(item, _Watching)
            ]


class _Watching:
    """Marks our callback among a trainer's."""


def _watch(live: LiveRun, job: Training, trainer: Any) -> None:
    live.put("model_summary.txt", str(job.subject).encode(), kind="text")
    trainer.callbacks.append(_watcher(_root_of(trainer))(live))


def _root_of(trainer: Any) -> str:
    """Return the name under which the user has Lightning."""
    found = {cls.__module__.partition(".")[0] for cls in type(trainer).__mro__}
    return _MODULES[1] if _MODULES[1] in found else _MODULES[0]


@cache
def _watcher(module: str) -> Any:  # Any: a class whose base is Lightning's
    base = required(module).Callback

    class Watcher(_Watching, base):  # type: ignore[misc, valid-type]  # untyped
        """Logs what a trainer knows at the end of every epoch."""

        def __init__(self, live: LiveRun) -> None:
            super().__init__()
            self._live = live

        def on_train_start(self, trainer: Any, pl_module: Any) -> None:
            """Log epochs and optimisers."""
            if trainer.is_global_zero:
                with autologging.shield(FLAVOR):
                    autologging.log_new_params(self._live, _trainer_params(trainer))

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            """Log the epoch's metrics, those of validation among them."""
            if trainer.is_global_zero:
                with autologging.shield(FLAVOR):
                    found = numbers_in(trainer.callback_metrics)
                    self._live.log_points(found, trainer.current_epoch, None)

    return Watcher


def _trainer_params(trainer: Any) -> dict[str, Any]:
    params: dict[str, Any] = {"epochs": trainer.max_epochs}
    for optimizer in trainer.optimizers[:1]:
        params["optimizer_name"] = type(optimizer).__name__
        params |= getattr(optimizer, "defaults", {})
    return params


@cache
def _logger() -> Any:  # Any: a class whose base is Lightning's
    root = required(*_MODULES)
    base, rank_zero_only = root.loggers.Logger, root.utilities.rank_zero_only

    class RunLogger(base):  # type: ignore[misc, valid-type]  # untyped
        """Logs a Lightning training: ``Trainer(logger=RunLogger())``.

        Parameters
        ----------
        run_id : str, optional
            A run to add to; else the active run, else one that is created.
        experiment_name, run_name, tags : optional
            For a run that is created.
        tracking_uri : str, optional
            The store; that of :func:`reporter.get_tracking_uri` when None.
        prefix : str
            Before each metric's key.
        """

        def __init__(
            self,
            run_id: str | None = None,
            experiment_name: str | None = None,
            run_name: str | None = None,
            tags: Mapping[str, object] | None = None,
            tracking_uri: str | None = None,
            prefix: str = "",
        ) -> None:
            super().__init__()
            self._client = MlflowClient(tracking_uri)
            self._place = _Place(run_id, experiment_name, run_name, tags or {})
            self._prefix = prefix

        @property
        def experiment(self) -> MlflowClient:
            """The client that it logs with."""
            return self._client

        @property
        def name(self) -> str:
            """The experiment's name, or id."""
            return self._place.experiment_name or "reporter"

        @property
        def version(self) -> str | None:
            """The run's id."""
            return self.run_id

        @property
        def run_id(self) -> str | None:
            """The run's id; the run is created now if need be."""
            return str(self._place.live(self._client).run_id)

        @rank_zero_only  # type: ignore[untyped-decorator]
        def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
            """Log hyper-parameters, nested ones as ``a/b``."""
            with autologging.shield(FLAVOR):
                found = vars(params) if hasattr(params, "__dict__") else params
                autologging.log_new_params(self._place.live(self._client), flattened(found))

        @rank_zero_only  # type: ignore[untyped-decorator]
        def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
            """Log metrics at a step."""
            with autologging.shield(FLAVOR):
                live = self._place.live(self._client)
                live.log_points(numbers_in(metrics, self._prefix), step, None)

        @rank_zero_only  # type: ignore[untyped-decorator]
        def finalize(self, status: str) -> None:
            """End the run if it was created here."""
            with autologging.shield(FLAVOR):
                self._place.end(_STATUSES.get(status, RunStatus.FAILED))

    return RunLogger


class _Place:
    """The run that a logger writes to, created when the first thing is logged."""

    def __init__(
        self,
        run_id: str | None,
        experiment_name: str | None,
        run_name: str | None,
        tags: Mapping[str, object],
    ) -> None:
        self.run_id = run_id
        self.experiment_name = experiment_name
        self.run_name = run_name
        self.tags = tags
        self._is_owner = False

    def live(self, client: MlflowClient) -> LiveRun:
        """Return the way into the run."""
        active = fluent.active_run()
        if self.run_id is None and active is not None:
            self.run_id = active.info.run_id
        if self.run_id is not None:
            return client._live(self.run_id)
        live, _ = client._start(self._experiment_id(client), self.run_name, self.tags)
        self.run_id, self._is_owner, self._created = live.run_id, True, live
        return live

    def _experiment_id(self, client: MlflowClient) -> str:
        if self.experiment_name is None:
            return chosen_experiment_id()
        found = client.get_experiment_by_name(self.experiment_name)
        return found.experiment_id if found else client.create_experiment(self.experiment_name)

    def end(self, status: str) -> None:
        """End a run that was created here."""
        if self._is_owner:
            self._is_owner = False
            self._created.end(status)


__getattr__ = lazily(__name__, RunLogger=_logger)
