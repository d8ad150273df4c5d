"""Models as pickles: cloudpickle where it is installed, the standard library's otherwise.

Reading one runs whatever code it holds. Nothing in this package does so but ``load_model``.
"""

from __future__ import annotations

import importlib.util
import pickle
from collections.abc import Iterable
from typing import Any

from reporter.errors import InvalidInputError
from reporter.integrations.models import package_of

__all__ = ["CLOUDPICKLE", "PICKLE", "form_in_use", "packages_in", "pickled", "unpickled"]

CLOUDPICKLE = "cloudpickle"
PICKLE = "pickle"


def pickled(model: object, form: str | None = None) -> tuple[bytes, str]:
    """Return a model as bytes.

    Parameters
    ----------
    model : object
    form : {"cloudpickle", "pickle"}, optional
        cloudpickle when None and it is installed: it also takes functions of ``__main__``.

    Returns
    -------
    data : bytes
    form : str
        What was used.

    Raises
    ------
    InvalidInputError
        Another form was asked for.
    """
    if form not in (None, CLOUDPICKLE, PICKLE):
        raise InvalidInputError(
            f"There is no serialization format {form!r} here.", "Use 'cloudpickle' or 'pickle'."
        )
    if (form or form_in_use()) == PICKLE:
        return pickle.dumps(model, protocol=pickle.HIGHEST_PROTOCOL), PICKLE
    import cloudpickle

    return cloudpickle.dumps(model, protocol=pickle.HIGHEST_PROTOCOL), CLOUDPICKLE


def form_in_use() -> str:
    """Return how models are pickled where nobody chose: cloudpickle where it is installed."""
    return PICKLE if importlib.util.find_spec(CLOUDPICKLE) is None else CLOUDPICKLE


def unpickled(path: str, form: str) -> Any:  # Any: whatever was logged
    """Read a pickle. It runs the code that the file holds: only for files you trust.

    Raises
    ------
    InvalidInputError
        It was written in another form, or needs a library that is not installed.
    """
    if form not in (CLOUDPICKLE, PICKLE):
        raise InvalidInputError(
            f"'{path}' was written as {form}, not as a pickle.", f"Load it with {form} itself."
        )
    with open(path, "rb") as file:
        try:
            return pickle.load(file)
        except ModuleNotFoundError as error:
            raise InvalidInputError(
                f"Loading '{path}' needs the module {error.name!r}.",
                "The model's requirements.txt says which versions it was made with.",
            ) from error


def packages_in(model: object, *others: str) -> tuple[str, ...]:
    """Return the packages of a model, of the estimators inside it, and others, without repeats."""
    inner: Iterable[object] = ()
    if hasattr(model, "get_params") and not isinstance(model, type):
        inner = model.get_params(deep=True).values()
    found = [package_of(item) for item in (model, *inner) if hasattr(item, "get_params")]
    return tuple(dict.fromkeys([package_of(model), *found, *others]))
