"""What MLflow has and this package does not, each with one sentence on what to do instead."""

from __future__ import annotations

__all__ = ["reason_for"]

_NO_REGISTRY = "There is no model registry here. Log the model into a run and tag that run."
_NO_TRACES = "Traces of language-model calls are not recorded here."
_REASONS = {
    "register_model": _NO_REGISTRY,
    "set_registry_uri": _NO_REGISTRY,
    "get_registry_uri": _NO_REGISTRY,
    "search_registered_models": _NO_REGISTRY,
    "search_model_versions": _NO_REGISTRY,
    "trace": _NO_TRACES,
    "start_span": _NO_TRACES,
    "get_trace": _NO_TRACES,
    "search_traces": _NO_TRACES,
    "evaluate": "Compute the metrics yourself and log them with log_metrics().",
    "run": "Projects are not run here. Start the script itself; its command line is recorded.",
    "projects": "Projects are not run here. Start the script itself.",
    "pyfunc": "Models are not served here. Load them with the library that made them.",
    "deployments": "Models are not deployed from here.",
    "gateway": "There is no gateway here.",
    "genai": "Language-model tooling is not part of this package.",
    "flush_async_logging": "Every call is durable when it returns: there is nothing to flush.",
}


def reason_for(name: str) -> str:
    """Say what to do instead of a name of MLflow's that is absent here; empty for other names."""
    return _REASONS.get(name, "")
