"""What goes into a model and what comes out: names and types, in the form MLflow writes them.

Frames, arrays, dictionaries and lists are told by what they have, so no library is imported to
recognise one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reporter.errors import InvalidInputError

__all__ = ["ModelSignature", "infer_signature", "is_array", "is_frame"]

Fields = list[dict[str, Any]]  # as JSON has them

_NUMBERS = {"int64": "long", "int32": "integer", "float64": "double", "float32": "float"}
# What MLflow takes for a wider type without loss.
_WIDER = {
    "int8": "integer",
    "int16": "integer",
    "uint8": "integer",
    "uint16": "integer",
    "uint32": "long",
    "float16": "float",
    "bool": "boolean",
}


@dataclass(frozen=True)
class ModelSignature:
    """What a model takes and gives.

    Parameters
    ----------
    inputs, outputs : list of dict, optional
        Fields, each with ``type`` and, for columns, ``name`` and ``required``; for arrays
        ``tensor-spec``.
    params : list of dict, optional
        What inference can be told besides its input.
    """

    inputs: Fields | None = None
    outputs: Fields | None = None
    params: Fields | None = None

    def to_dict(self) -> dict[str, str | None]:
        """Return each part as JSON text, as it stands in an ``MLmodel`` file."""
        parts = {"inputs": self.inputs, "outputs": self.outputs, "params": self.params}
        return {name: json.dumps(part) if part else None for name, part in parts.items()}


def infer_signature(
    model_input: Any = None,  # Any: frames, arrays and what else models take
    model_output: Any = None,
    params: Mapping[str, Any] | None = None,
) -> ModelSignature:
    """Tell a model's signature from an example of its input and of its output.

    Parameters
    ----------
    model_input, model_output : DataFrame, Series, ndarray, dict, list or scalar, optional
    params : mapping, optional
        What inference can be told besides its input, with the values it takes otherwise.

    Returns
    -------
    ModelSignature

    Raises
    ------
    InvalidInputError
        An example has a type that no signature can be told from.

    Examples
    --------
    >>> infer_signature({"age": 31, "name": "Ada"}).to_dict()["inputs"]
    '[{"type": "long", "name": "age", "required": true}, {"type": "string", "name": "name", "required": true}]'
    """  # noqa: E501  # one line of output
    return ModelSignature(
        inputs=None if model_input is None else _fields(model_input),
        outputs=None if model_output is None else _fields(model_output),
        params=[_param(key, value) for key, value in (params or {}).items()] or None,
    )


def is_frame(value: object) -> bool:
    """Tell a pandas-like frame."""
    return hasattr(value, "columns") and hasattr(value, "dtypes")


def is_array(value: object) -> bool:
    """Tell an array, no frame and no series."""
    return hasattr(value, "dtype") and hasattr(value, "shape") and not hasattr(value, "index")


def _fields(value: Any) -> Fields:
    if is_frame(value):
        return [_column(name, value[name]) for name in value.columns]
    if is_array(value):
        return [_tensor(value)]
    if hasattr(value, "dtype"):
        return [_column(getattr(value, "name", None), value)]
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if isinstance(value, (list, tuple)) and value:
        if isinstance(value[0], Mapping):
            return _of_mapping(value[0])
        return [{**_type_of(value[0]), "required": True}]
    return [{**_type_of(value), "required": True}]


def _of_mapping(value: Mapping[str, Any]) -> Fields:
    if value and all(is_array(item) for item in value.values()):
        return [{"name": name, **_tensor(item)} for name, item in value.items()]
    return [{**_type_of(item), "name": name, "required": True} for name, item in value.items()]


def _tensor(value: Any) -> dict[str, Any]:
    dtype = "str" if value.dtype.kind == "U" else str(value.dtype)
    shape = [-1, *map(int, value.shape[1:])]
    return {"type": "tensor", "tensor-spec": {"dtype": dtype, "shape": shape}}


def _column(name: object, values: Any) -> dict[str, Any]:
    missing: Any = values.isna() if hasattr(values, "isna") else None
    is_required = missing is None or not bool(missing.any())
    kind = _kind_of_dtype(str(values.dtype).lower())
    if not kind:
        kept = values if is_required else values[~missing]
        kind = _type_of(kept.iloc[0]) if len(kept) else {"type": "string"}
    named = {} if name is None else {"name": name if isinstance(name, int) else str(name)}
    return {**kind, **named, "required": is_required}


def _kind_of_dtype(dtype: str) -> dict[str, Any]:
    """Return the type that a column's dtype alone tells, empty for objects."""
    if dtype.startswith("datetime"):
        return {"type": "datetime"}
    if dtype in ("category", "string", "str") or dtype.startswith("string"):
        return {"type": "string"}
    known = _NUMBERS.get(dtype) or _WIDER.get(dtype) or _WIDER.get(dtype.replace("boolean", "bool"))
    return {"type": known} if known else {}


def _type_of(value: Any) -> dict[str, Any]:
    """Return the type of one value."""
    if isinstance(value, bool):
        return {"type": "boolean"}
    for cls, kind in ((int, "long"), (float, "double"), (str, "string"), (date, "datetime")):
        if isinstance(value, cls):
            return {"type": kind}
    if isinstance(value, (bytes, bytearray)):
        return {"type": "binary"}
    if isinstance(value, Mapping):
        inner = {str(key): {**_type_of(item), "required": True} for key, item in value.items()}
        return {"type": "object", "properties": inner}
    if hasattr(value, "dtype") and not getattr(value, "shape", ()):
        return _kind_of_dtype(str(value.dtype)) or {"type": "string"}
    if isinstance(value, Sequence) or hasattr(value, "__array__"):
        items = list(value)
        return {"type": "array", "items": _type_of(items[0]) if items else {"type": "string"}}
    raise InvalidInputError(
        f"No signature can be told from a {type(value).__qualname__}.",
        "Give a frame, an array, a dictionary, a list or a number.",
    )


def _param(key: str, value: Any) -> dict[str, Any]:
    is_list = isinstance(value, (list, tuple))
    kind = _type_of(value[0] if is_list and value else value)["type"]
    return {"name": key, "type": kind, "default": value, "shape": [-1] if is_list else None}
