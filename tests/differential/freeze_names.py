"""Ask a real MLflow which public names it has and how its tracking calls are signed; freeze that.

Run it by hand where MLflow is installed, from the checkout's folder with
``python -m tests.differential.freeze_names``; ``test_names.py`` holds us to what it writes.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import mlflow
from mlflow import artifacts, data

SHARED = Path(__file__).resolve().parent.parent / "shared"


def main() -> None:
    frozen = {
        "mlflow": mlflow.__version__,
        "module": {
            name: parameters(getattr(mlflow, name, None)) for name in sorted(mlflow.__all__)
        },
        "client": public(mlflow.MlflowClient),
        "artifacts": own(artifacts),
        "data": own(data),
    }
    text = json.dumps(frozen, indent=1)
    (SHARED / "names_mlflow.json").write_text(text + "\n", encoding="utf-8")


def public(owner):
    names = [name for name in dir(owner) if not name.startswith("_")]
    return {name: parameters(getattr(owner, name)) for name in names}


def own(module):
    """Return the public functions that a module defines or gathers from its own folder."""
    found = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    return {
        name: parameters(value)
        for name, value in found.items()
        if inspect.isfunction(value) and value.__module__.startswith(module.__name__)
    }


def parameters(value):
    """Return [[name, kind, default], ...] of a function; None of anything else."""
    if not inspect.isroutine(value):
        return None
    try:
        found = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return None
    return [
        [one.name, one.kind.name, None if one.default is one.empty else repr(one.default)]
        for one in found
    ]


if __name__ == "__main__":
    main()
