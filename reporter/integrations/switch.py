"""Turn autologging of every framework on or off; imports none of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

__all__ = ["FLAVORS", "autolog"]

# By MLflow's name: the module that has its autolog().
FLAVORS = {
    "sklearn": "sklearn",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "keras": "keras",
    "pytorch": "lightning",
}


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    log_traces: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    extra_tags: Mapping[str, object] | None = None,
    exclude_flavors: Collection[str] | None = None,
    **accepted: Any,
) -> None:
    """Log every training by a framework that is known here, from now on.

    Frameworks are not imported for it: each is prepared when your own code imports it.

    Parameters
    ----------
    log_input_examples, log_model_signatures, log_models, log_datasets : bool
    log_traces, disable_for_unsupported_versions : bool
        Accepted for compatibility.
    disable : bool
        Turn it off again.
    exclusive : bool
        Log nothing while a run is active that you started.
    silent : bool
        Do not warn when something could not be logged.
    extra_tags : mapping, optional
        For the runs that are started.
    exclude_flavors : collection of str, optional
        Frameworks to leave out, by their names in ``FLAVORS``.
    **accepted
        Further arguments of the frameworks' own functions.
    """
    from importlib import import_module

    given = {
        **accepted,
        "log_input_examples": log_input_examples,
        "log_model_signatures": log_model_signatures,
        "log_models": log_models,
        "log_datasets": log_datasets,
        "disable": disable,
        "exclusive": exclusive,
        "silent": silent,
        "extra_tags": extra_tags,
    }
    for flavor, module in FLAVORS.items():
        if flavor not in (exclude_flavors or ()):
            import_module(f"reporter.integrations.{module}").autolog(**given)
