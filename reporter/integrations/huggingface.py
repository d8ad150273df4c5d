"""Hugging Face: a callback for ``transformers.Trainer``.

Use ``Trainer(..., callbacks=[RunCallback()])`` and ``report_to="none"``, so that Trainer does not
look for other trackers.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from reporter.integrations import autologging
from reporter.integrations.callbacks import flattened, lazily, numbers_in, open_run, required
from reporter.model import RunStatus
from reporter.tracking import fluent
from reporter.tracking.live import LiveRun

__all__: list[str] = []

FLAVOR = "transformers"


@cache
def _callback() -> Any:  # Any: a class whose base is of transformers
    base = required("transformers").TrainerCallback

    class RunCallback(base):  # type: ignore[misc, valid-type]  # untyped
        """Logs training arguments, the model's configuration and every metric that is reported.

        Parameters
        ----------
        run : str, optional
            A run's id; the active run when None. A run that had to be started ends with training.
        """

        def __init__(self, run: str | None = None) -> None:
            super().__init__()
            self._run = run
            self._live: LiveRun | None = None
            self._is_owner = False

        def on_train_begin(
            self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any
        ) -> None:
            """Log what is known before training."""
            if not state.is_world_process_zero:
                return
            with autologging.shield(FLAVOR):
                self._is_owner = self._run is None and fluent.active_run() is None
                self._live = open_run(self._run)
                config: Any = getattr(model, "config", None)
                about = config.to_dict() if hasattr(config, "to_dict") else {}
                autologging.log_new_params(self._live, {**flattened(about), **args.to_dict()})

        def on_log(
            self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any
        ) -> None:
            """Log the numbers that the trainer reports."""
            if self._live is not None and state.is_world_process_zero:
                with autologging.shield(FLAVOR):
                    self._live.log_points(numbers_in(logs or {}), state.global_step, None)

        def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            """End the run if it was started here."""
            if self._is_owner:
                with autologging.shield(FLAVOR):
                    self._is_owner = False
                    fluent.end_run(RunStatus.FINISHED)

    return RunCallback


__getattr__ = lazily(__name__, RunCallback=_callback)
