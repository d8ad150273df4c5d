"""Log a model into a run, save it to a folder, and find it again by path or ``runs:/`` URI.

What a model's bytes are is each framework's own module; this one knows folders, runs and tags.
"""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from reporter.errors import InvalidInputError, did_you_mean
from reporter.integrations.model_folder import (
    MODEL_FILE,
    SavedModel,
    example_files,
    head,
    requirements,
)
from reporter.integrations.signature import ModelSignature, infer_signature, is_array
from reporter.integrations.yaml_text import read_flavors
from reporter.model import MODELS_TAG, model_id_of
from reporter.tracking import clock, fluent
from reporter.tracking.active import target
from reporter.tracking.client import MlflowClient
from reporter.tracking.live import LiveRun

__all__ = [
    "ModelInfo",
    "ModelOptions",
    "file_in",
    "local_folder_of",
    "log",
    "open_model",
    "package_of",
    "save",
    "told_signature",
    "warn_once",
    "written",
]

_SCHEME = "runs:/"
# Rows that a signature's outputs are told from.
_PREDICTED_ROWS = 5
# MLflow 3.17's arguments that mean something to its registry, servers or environments only.
_ACCEPTED = frozenset({
    "auth_policy", "await_registration_for", "code_paths", "conda_env", "env_vars", "extra_files",
    "model_id", "model_type", "params", "prompts", "pyfunc_predict_fn", "resources",
    "skops_trusted_types", "tags",
})  # fmt: skip
_history: WeakKeyDictionary[LiveRun, list[dict[str, object]]] = WeakKeyDictionary()
_warned: set[str] = set()


@dataclass(frozen=True)
class ModelInfo:
    """Where a model was logged, under MLflow's names.

    Parameters
    ----------
    model_uri : str
        ``runs:/<run_id>/<artifact_path>``, for ``load_model``.
    run_id, artifact_path, model_uuid, utc_time_created : str
    flavors : mapping
    signature : object or None
    """

    model_uri: str
    run_id: str
    artifact_path: str
    model_uuid: str
    utc_time_created: str
    flavors: Mapping[str, Mapping[str, object]]
    signature: Any = None  # Any: ours or MLflow's

    @property
    def model_id(self) -> str:
        """The id under which ``run.outputs`` names the model."""
        return model_id_of(self.model_uuid)


@dataclass(frozen=True)
class ModelOptions:
    """What may accompany a model.

    Parameters
    ----------
    input_example : object, optional
        Its first rows are kept.
    signature : ModelSignature, bool or None
        Told from the example when None; none at all when False.
    metadata : mapping, optional
    requirements : sequence of str or str, optional
        Lines of ``requirements.txt``, or such a file's path, instead of those found.
    extra_requirements : sequence of str
        Lines to add.
    step : int
        Of training, at which the model was logged.
    """

    input_example: Any = None  # Any: whatever the model takes
    signature: Any = None  # Any: ours, MLflow's, or False
    metadata: Mapping[str, object] | None = None
    requirements: Sequence[str] | str | None = None
    extra_requirements: Sequence[str] = field(default=())
    step: int = 0

    @classmethod
    def read(cls, accepted: Mapping[str, Any], **named: Any) -> ModelOptions:  # Any: users' own
        """Sort the arguments of a ``log_model`` into those that mean something here.

        Raises
        ------
        InvalidInputError
            MLflow has no such argument.
        """
        rest = {**accepted, **named}
        if rest.pop("registered_model_name", None) is not None:
            warn_once("There is no model registry: registered_model_name is not kept.")
        options = cls(
            input_example=rest.pop("input_example", None),
            signature=rest.pop("signature", None),
            metadata=rest.pop("metadata", None),
            requirements=rest.pop("pip_requirements", None),
            extra_requirements=rest.pop("extra_pip_requirements", None) or (),
            step=int(rest.pop("step", None) or 0),
        )
        for name in set(rest) - _ACCEPTED:
            raise InvalidInputError(
                f"log_model() has no argument {name!r}.", did_you_mean(name, _ACCEPTED)
            )
        return options


def warn_once(text: str) -> None:
    """Warn, but of the same thing only once a process."""
    if text not in _warned:
        _warned.add(text)
        warnings.warn(text, stacklevel=4)


def package_of(value: object) -> str:
    """Return the top-level package that a value's class comes from."""
    return type(value).__module__.partition(".")[0]


def log(
    saved: SavedModel,
    model: object,
    path: str | None,
    options: ModelOptions,
    run_id: str | None = None,
) -> ModelInfo:
    """Store a model among a run's artifacts.

    Parameters
    ----------
    saved : SavedModel
    model : object
        The model itself, asked for predictions of the example.
    path : str or None
        The folder among the artifacts; ``"model"`` when None.
    options : ModelOptions
    run_id : str, optional
        The active run when None; one is started when none is active.

    Returns
    -------
    ModelInfo
    """
    live = target(run_id)
    folder = (path or "model").strip("/")
    files, record = _assemble(saved, model, options, {"run_id": live.run_id})
    for name, data in files.items():
        live.put(f"{folder}/{name}", data, kind="model")
    _add_to_history(live, {"artifact_path": folder, "step": options.step, **record})
    return ModelInfo(
        model_uri=f"{_SCHEME}{live.run_id}/{folder}",
        run_id=live.run_id,
        artifact_path=folder,
        model_uuid=str(record["model_uuid"]),
        utc_time_created=str(record["utc_time_created"]),
        flavors=saved.flavors(),
        signature=record.pop("_signature", None),
    )


def save(
    saved: SavedModel, model: object, path: str | os.PathLike[str], options: ModelOptions
) -> None:
    """Write a model to a local folder that does not exist yet or is empty.

    Raises
    ------
    InvalidInputError
        The folder holds something.
    """
    folder = os.fspath(path)
    if os.path.isdir(folder) and os.listdir(folder):
        raise InvalidInputError(f"'{folder}' is not empty.", "Name a new folder.")
    os.makedirs(folder, exist_ok=True)
    files, _ = _assemble(saved, model, options, {})
    for name, data in files.items():
        path = os.path.join(folder, *name.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)


def _assemble(
    saved: SavedModel, model: object, options: ModelOptions, facts: Mapping[str, object]
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the model's files, and its entry in the tag that lists a run's models."""
    files = dict(saved.files)
    created = datetime.fromtimestamp(clock.now_ms() / 1000, timezone.utc)
    record: dict[str, Any] = {
        **facts,
        "utc_time_created": created.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "model_uuid": clock.new_run_id(),
    }
    outline: dict[str, object] = dict(record)
    if options.metadata:
        outline["metadata"] = options.metadata
    if options.input_example is not None:
        example, info = example_files(options.input_example)
        files |= example
        outline["saved_input_example_info"] = info
    signature = _signature(model, options, has_predict=saved.has_predict)
    if signature is not None:
        outline["signature"] = signature.to_dict()
    files["requirements.txt"] = _requirements(saved, options)
    files[MODEL_FILE] = saved.outline(outline)
    return files, {**record, "flavors": saved.flavors(), "_signature": signature}


def _requirements(saved: SavedModel, options: ModelOptions) -> bytes:
    if options.requirements is None:
        return requirements(saved.packages, options.extra_requirements)
    given = options.requirements
    if isinstance(given, str):
        with open(given, "rb") as file:
            return file.read()
    return requirements((), [*given, *options.extra_requirements])


def _signature(model: object, options: ModelOptions, *, has_predict: bool) -> Any:
    """Return the signature given, or one told from the example; None when neither can be."""
    if options.signature is not None or options.input_example is None:
        return options.signature or None
    return told_signature(model if has_predict else None, options.input_example)


def told_signature(model: Any, example: Any) -> ModelSignature | None:
    """Tell a signature from an example of the input and what the model predicts for its first rows.

    Parameters
    ----------
    model : object or None
        None to tell the inputs alone.
    example : DataFrame, ndarray, dict or list

    Returns
    -------
    ModelSignature or None
        None, and a warning, when prediction fails.
    """
    part = head(example, _PREDICTED_ROWS)
    try:
        output: Any = model.predict(part) if hasattr(model, "predict") else None
        if is_array(output) and output.ndim == 1 and not is_array(part):
            output = output[:1].tolist()  # columns in, a column out: as MLflow has it
        return infer_signature(example, output)
    except Exception as error:  # noqa: BLE001  # predict() is the user's: its failure is told
        warn_once(f"No signature was told from the input example: {error}")
        return None


def _add_to_history(live: LiveRun, record: Mapping[str, object]) -> None:
    """Add to the tag in which MLflow lists a run's models."""
    entry = {key: value for key, value in record.items() if not key.startswith("_")}
    known = _history.get(live)
    if known is None:
        known = _history[live] = _logged_before(live.run_id)
    known.append(entry)
    live.set_tags({MODELS_TAG: json.dumps(known, default=str)})


def _logged_before(run_id: str) -> list[dict[str, object]]:
    active = fluent.active_run()
    is_active = active is not None and active.info.run_id == run_id
    run = active if active is not None and is_active else MlflowClient().get_run(run_id)
    try:
        found = json.loads(run.data.tags.get(MODELS_TAG, "[]"))
    except ValueError:
        found = []
    return found if isinstance(found, list) else []


@contextmanager
def local_folder_of(uri: str | os.PathLike[str], dst_path: str | None = None) -> Iterator[str]:
    """Make a folder local, for the length of a ``with`` block unless `dst_path` is given.

    Parameters
    ----------
    uri : str or path-like
        A local folder, a ``file:`` URI, or ``runs:/<run_id>/<path>``.
    dst_path : str, optional
    """
    with tempfile.TemporaryDirectory() as temporary:
        yield _localize(os.fspath(uri), dst_path or temporary)


@contextmanager
def open_model(
    model_uri: str | os.PathLike[str], flavor: str, dst_path: str | None = None
) -> Iterator[tuple[str, dict[str, str]]]:
    """Make a model's folder local, and read what it says of one flavour.

    Parameters
    ----------
    model_uri : str or path-like
        A local folder, a ``file:`` URI, or ``runs:/<run_id>/<path>``.
    flavor : str
    dst_path : str, optional
        Where to copy a run's model to; a temporary folder when None.

    Yields
    ------
    folder : str
    details : dict of str to str

    Raises
    ------
    InvalidInputError
        There is no model, or it is of another flavour.
    """
    uri = os.fspath(model_uri)
    with local_folder_of(uri, dst_path) as folder:
        path = os.path.join(folder, MODEL_FILE)
        if not os.path.isfile(path):
            raise InvalidInputError(f"'{uri}' holds no file {MODEL_FILE}: it is no model.")
        with open(path, encoding="utf-8") as file:
            flavors = read_flavors(file.read())
        if flavor not in flavors:
            others = [name for name in flavors if name != "python_function"]
            hint = f"Use the load_model of {' or '.join(others)}." if others else ""
            raise InvalidInputError(f"'{uri}' is no {flavor} model.", hint)
        yield folder, flavors[flavor]


def _localize(uri: str, target: str) -> str:
    if uri.startswith(_SCHEME):
        run_id, _, path = uri.removeprefix(_SCHEME).strip("/").partition("/")
        return MlflowClient().download_artifacts(run_id, path, target)
    if uri.startswith("file:"):
        return unquote(urlsplit(uri).path)
    if uri.startswith("models:"):
        raise InvalidInputError(
            f"'{uri}' names a model in a registry, and there is none here.",
            "Load it as runs:/<run_id>/<path>.",
        )
    return uri


def file_in(folder: str, name: str) -> str:
    """Return the path of a model's file; it may not lie outside the folder.

    Raises
    ------
    InvalidInputError
        The name leads elsewhere, or there is no such file.
    """
    path = os.path.realpath(os.path.join(folder, name))
    if os.path.commonpath([path, os.path.realpath(folder)]) != os.path.realpath(folder):
        raise InvalidInputError(f"The model in '{folder}' names a file outside of it: '{name}'.")
    if not os.path.isfile(path):
        raise InvalidInputError(f"The model in '{folder}' lacks its file '{name}'.")
    return path


def written(save: Callable[[str], object], name: str) -> bytes:
    """Return what a library's own saving function writes to a path with this name."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        save(path)
        with open(path, "rb") as file:
            return file.read()
