"""What all autologging shares: settings, patches, one run per outermost training, no harm done.

Training always goes on: whatever fails here warns once, and the user's function is called exactly
once whatever happened before.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any
from weakref import WeakSet

from reporter.errors import InvalidInputError, ReporterError, did_you_mean
from reporter.model import Dataset, RunStatus
from reporter.tracking import fluent
from reporter.tracking.active import target
from reporter.tracking.client import MlflowClient
from reporter.tracking.live import LiveRun, find_live

__all__ = [
    "AutologOptions",
    "Training",
    "appending",
    "aside",
    "clean_key",
    "configure",
    "current_training",
    "is_called_from",
    "is_patched",
    "is_wrapped",
    "log_new_params",
    "options_for",
    "patch",
    "put_attribute",
    "restore",
    "shield",
    "training",
    "wrapped",
]

Wrapper = Callable[..., Any]
_BAD_SIGNS = re.compile(r"[^/\w.\- :]")


@dataclass(frozen=True)
class AutologOptions:
    """Settings of one flavour's autologging, under MLflow's names.

    Parameters
    ----------
    log_models, log_datasets, log_model_signatures, log_input_examples : bool
    log_plots : bool
        Draw plots where matplotlib is installed.
    exclusive : bool
        Leave runs alone that the user started.
    silent : bool
        Do not even warn.
    extra_tags : mapping
        For runs that autologging starts.
    max_tuning_runs : int or None
        Child runs of a parameter search, the best first; all when None.
    log_post_training_metrics : bool
        Log what ``score`` and the functions of ``sklearn.metrics`` say of trained estimators.
    pos_label : object
        The positive class; metrics are weighted over all classes when None.
    serialization_format, model_format : str or None
        As for the flavour's ``log_model``.
    importance_types : sequence of str or None
        Kinds of feature importance.
    """

    log_models: bool = True
    log_datasets: bool = True
    log_model_signatures: bool = True
    log_input_examples: bool = False
    log_plots: bool = True
    exclusive: bool = False
    silent: bool = False
    extra_tags: Mapping[str, object] = field(default_factory=dict)
    max_tuning_runs: int | None = 5
    log_post_training_metrics: bool = True
    pos_label: Any = None  # Any: whatever labels the user has
    serialization_format: str | None = None
    model_format: str = "ubj"
    importance_types: tuple[str, ...] | None = None


# MLflow's arguments that mean nothing here.
_ACCEPTED = {
    "disable_for_unsupported_versions", "log_traces", "registered_model_name", "checkpoint",
    "checkpoint_monitor", "checkpoint_mode", "checkpoint_save_best_only",
    "checkpoint_save_weights_only", "checkpoint_save_freq", "log_every_epoch",
    "log_every_n_epoch", "log_every_n_step", "log_every_n_steps", "save_exported_model",
    "save_model_kwargs",
}  # fmt: skip
_options: dict[str, AutologOptions] = {}
_patches: dict[str, list[tuple[Any, str, Any]]] = {}
_warned: set[str] = set()
_wrapped: WeakSet[Callable[..., Any]] = WeakSet()
_MISSING = object()


class _Here(threading.local):
    """The training that this thread is in."""

    training: Training | None = None


_here = _Here()


def configure(flavor: str, arguments: Mapping[str, Any]) -> bool:
    """Keep the settings of a flavour.

    Parameters
    ----------
    flavor : str
    arguments : mapping
        Of an ``autolog`` call, by name; those that it merely accepts are in ``accepted``.

    Returns
    -------
    bool
        Whether it is on now.

    Raises
    ------
    InvalidInputError
        There is no such argument.
    """
    given = {**arguments, **arguments["accepted"]}
    del given["accepted"]
    disable = given.pop("disable")
    known = {spec.name for spec in fields(AutologOptions)}
    for name in set(given) - known - _ACCEPTED:
        raise InvalidInputError(f"autolog() has no argument {name!r}.", did_you_mean(name, known))
    if disable:
        _options.pop(flavor, None)
        return False
    chosen = {key: value for key, value in given.items() if key in known and value is not None}
    found = replace(AutologOptions(), **chosen)
    if given.get("max_tuning_runs", 0) is None:
        found = replace(found, max_tuning_runs=None)
    _options[flavor] = found
    return True


def options_for(flavor: str) -> AutologOptions | None:
    """Return a flavour's settings, None when it is off or has to leave the active run alone."""
    found = _options.get(flavor)
    if found is not None and found.exclusive and fluent.active_run() and _here.training is None:
        return None
    return found


def patch(flavor: str, owner: Any, name: str, wrapper: Wrapper) -> None:
    """Replace a function of a class or module by one that calls ``wrapper(original, ...)``.

    Parameters
    ----------
    flavor : str
        Whose :func:`restore` undoes it.
    owner : type or module
    name : str
    wrapper : callable
        Gets the original function and the call's arguments, and calls it exactly once.
    """
    put_attribute(flavor, owner, name, wrapped(getattr(owner, name), wrapper))


def wrapped(original: Callable[..., Any], wrapper: Wrapper) -> Callable[..., Any]:
    """Return a function that looks like the original and calls ``wrapper(original, ...)``."""

    @functools.wraps(original)
    def patched(*args: Any, **kwargs: Any) -> Any:
        return wrapper(original, *args, **kwargs)

    _wrapped.add(patched)
    return patched


def is_wrapped(function: Any) -> bool:  # Any: whatever stands where a function is expected
    """Tell whether a function was made by :func:`wrapped`."""
    return inspect.isfunction(function) and function in _wrapped


def put_attribute(flavor: str, owner: Any, name: str, value: object) -> None:
    """Set an attribute of a class or module until :func:`restore`."""
    _patches.setdefault(flavor, []).append((owner, name, vars(owner).get(name, _MISSING)))
    setattr(owner, name, value)


def restore(flavor: str) -> None:
    """Undo every patch of a flavour."""
    for owner, name, before in reversed(_patches.pop(flavor, [])):
        if before is _MISSING:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


def is_patched(flavor: str) -> bool:
    """Tell whether a flavour has patches."""
    return bool(_patches.get(flavor))


@contextmanager
def shield(flavor: str) -> Iterator[None]:
    """Turn any exception into one warning: logging may fail, training may not."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # frameworks raise anything; it is told, not hidden
        text = f"Autologging of {flavor} left something out: {type(error).__name__}: {error}"
        found = _options.get(flavor)
        if text not in _warned and not (found is not None and found.silent):
            _warned.add(text)
            with warnings.catch_warnings():
                warnings.simplefilter("default")  # even where warnings are errors
                warnings.warn(text, stacklevel=4)


@dataclass
class Training:
    """One outermost training, and the run it is logged to.

    Parameters
    ----------
    flavor : str
    options : AutologOptions
    subject : object
        The estimator, or None.
    live : LiveRun or None
        None when no run could be started: then nothing is logged.
    is_owner : bool
        Whether the run was started for it.
    """

    flavor: str
    options: AutologOptions
    subject: Any = None  # Any: an estimator of any library
    live: LiveRun | None = None
    is_owner: bool = False
    dataset: Dataset | None = None

    def attempt(self, step: Callable[..., object], *args: object) -> None:
        """Call ``step(self.live, ...)`` under a shield, when there is a run."""
        if self.live is not None:
            with shield(self.flavor):
                step(self.live, *args)

    @property
    def client(self) -> MlflowClient:
        """The client of the run's store."""
        return MlflowClient(self.live.store if self.live else None)


def current_training() -> Training | None:
    """Return the training that this thread is in, or None."""
    return _here.training


@contextmanager
def training(flavor: str, options: AutologOptions, subject: object = None) -> Iterator[Training]:
    """Log to the active run, or to one that is started now and ended with the block."""
    job = Training(flavor, options, subject)
    with shield(flavor):
        _begin(job)
    _here.training = job
    status = RunStatus.FINISHED
    try:
        yield job
    except BaseException as error:
        status = RunStatus.FAILED if isinstance(error, Exception) else RunStatus.KILLED
        raise
    finally:
        _here.training = None
        with shield(flavor):
            _finish(job, status)


def _begin(job: Training) -> None:
    if fluent.active_run() is None:
        tags = {"mlflow.autologging": job.flavor, **job.options.extra_tags}
        fluent.start_run(tags=tags)
        job.is_owner = True
    job.live = target(None)


def _finish(job: Training, status: str) -> None:
    active = fluent.active_run()
    if job.is_owner and job.live and active and active.info.run_id == job.live.run_id:
        fluent.end_run(status)


@contextmanager
def aside(flavor: str, options: AutologOptions, subject: object = None) -> Iterator[None]:
    """Keep what is called inside from being taken for a training of its own."""
    before, _here.training = _here.training, Training(flavor, options, subject)
    try:
        yield
    finally:
        _here.training = before


@contextmanager
def appending(run_id: str, store: str) -> Iterator[LiveRun]:
    """Open a way into a run that may have ended; what was opened here is closed and folded."""
    open_here = find_live(store, run_id)
    live = open_here or MlflowClient(store)._live(run_id)
    try:
        yield live
    finally:
        if open_here is None:
            live.close()


def is_called_from(package: str) -> bool:
    """Tell whether a package's own code is among the callers, in this thread."""
    frame = sys._getframe(1)
    while (found := frame.f_back) is not None:
        frame = found
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == package:
            return True
    return False


def clean_key(key: object) -> str:
    """Replace signs that no key may have.

    Examples
    --------
    >>> clean_key("ndcg@3"), clean_key("step (1)")
    ('ndcg_at_3', 'step _1_')
    """
    text = _BAD_SIGNS.sub("_", str(key).replace("@", "_at_"))
    return "/".join(part for part in text.split("/") if part not in ("", ".", "..")) or "_"


def log_new_params(live: LiveRun, params: Mapping[str, object]) -> None:
    """Log params; of those that the run has with other values already, keep the first.

    Raises
    ------
    ReporterError
        Some were kept: after all others were logged.
    """
    cleaned = {clean_key(key): value for key, value in params.items()}
    try:
        live.log_params(cleaned)
    except InvalidInputError:
        kept = [key for key, value in cleaned.items() if not _is_logged(live, key, value)]
        raise ReporterError(
            f"Run {live.run_id} has other values of {', '.join(kept)} from an earlier training.",
            "Train in a run of its own.",
        ) from None


def _is_logged(live: LiveRun, key: str, value: object) -> bool:
    try:
        live.log_params({key: value})
    except InvalidInputError:
        return False
    return True
