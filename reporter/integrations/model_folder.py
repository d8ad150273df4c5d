"""The files of a logged model: ``MLmodel``, requirements, an example of its input.

Files in memory only: what stores them is :mod:`reporter.integrations.models`. The layout is
MLflow 3.17's, which its own ``load_model`` reads.
"""

from __future__ import annotations

import json
import math
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reporter.integrations.signature import is_array, is_frame
from reporter.integrations.yaml_text import write_yaml

__all__ = ["EXAMPLE_ROWS", "MODEL_FILE", "SavedModel", "example_files", "head", "requirements"]

MODEL_FILE = "MLmodel"
# An example shows the form of the input; a test set passed whole would be a copy of the data.
EXAMPLE_ROWS = 100
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "yaml": "PyYAML"}


@dataclass(frozen=True)
class SavedModel:
    """A model as bytes, and what a loader must know of them.

    Parameters
    ----------
    flavor : str
        ``"sklearn"``, ``"xgboost"`` ...
    files : mapping of str to bytes
        By name in the model's folder.
    details : mapping
        What stands below the flavour in ``MLmodel``.
    packages : tuple of str
        Names of the modules that must be importable to load it.
    has_predict : bool
        Whether MLflow's generic loader can use it.
    """

    flavor: str
    files: Mapping[str, bytes]
    details: Mapping[str, object]
    packages: tuple[str, ...]
    has_predict: bool = True

    def flavors(self) -> dict[str, Mapping[str, object]]:
        """Return the ``flavors`` part of ``MLmodel``."""
        generic = {
            "loader_module": f"mlflow.{self.flavor}",
            "model_path": next(iter(self.files)),
            "predict_fn": "predict",
            "python_version": platform.python_version(),
        }
        named: dict[str, Mapping[str, object]] = {self.flavor: self.details}
        return {"python_function": generic, **named} if self.has_predict else named

    def outline(self, facts: Mapping[str, object]) -> bytes:
        """Write ``MLmodel``.

        Parameters
        ----------
        facts : mapping
            Run, time, signature and what else is known besides the flavours.
        """
        size = sum(map(len, self.files.values()))
        text = write_yaml({"flavors": self.flavors(), "model_size_bytes": size, **facts})
        return text.encode()


def requirements(packages: Iterable[str], extra: Iterable[str] = ()) -> bytes:
    """Write ``requirements.txt``: the versions that are imported now.

    Parameters
    ----------
    packages : iterable of str
        Names of modules; those that are not imported or have no version are left out.
    extra : iterable of str
        Further lines, as the user gave them.
    """
    lines = []
    for name in dict.fromkeys(packages):
        version = getattr(sys.modules.get(name), "__version__", None)
        if isinstance(version, str):
            lines.append(f"{_DISTRIBUTIONS.get(name, name)}=={version}")
    return "".join(f"{line}\n" for line in [*lines, *extra]).encode()


def head(example: Any, rows: int = EXAMPLE_ROWS) -> Any:  # Any: as the user gave it
    """Return the first rows of a frame or array; dictionaries and the like whole."""
    if is_frame(example) or hasattr(example, "iloc"):
        return example.iloc[:rows] if hasattr(example, "iloc") else example.head(rows)
    if is_array(example):
        return example[:rows]
    return example[:rows] if isinstance(example, list) else example


def example_files(example: Any) -> tuple[dict[str, bytes], dict[str, object]]:
    """Write an example of the model's input.

    Parameters
    ----------
    example : DataFrame, Series, ndarray, sparse matrix, dict, list or scalar

    Returns
    -------
    files : dict of str to bytes
    info : dict
        What ``MLmodel`` says of them.
    """
    part = head(example)
    info: dict[str, object] = {"artifact_path": "input_example.json"}
    if is_frame(part) and hasattr(part, "to_json"):
        table = json.loads(part.to_json(orient="split", index=False, date_format="iso"))
        content: Any = {"columns": table["columns"], "data": table["data"]}
        serving: Any = {"dataframe_split": content}
        info |= {"pandas_orient": "split", "type": "dataframe"}
    else:
        dense = part.toarray() if hasattr(part, "toarray") else part
        content = _plain(dense)
        serving = {"inputs": content}
        info["type"] = "ndarray" if is_array(dense) else "json_object"
    info["serving_input_path"] = "serving_input_example.json"
    files = {
        "input_example.json": json.dumps(content).encode(),
        "serving_input_example.json": json.dumps(serving, indent=2).encode(),
    }
    return files, info


def _plain(value: Any) -> Any:  # Any: what JSON has a form for
    """Return the value as JSON can hold it: no arrays, no NaN."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
