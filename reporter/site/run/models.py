"""Models that a run logged, told by their ``MLmodel`` files. Nothing is ever loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import BinaryIO, TypeGuard

from reporter.model import Artifact
from reporter.renderers.mlmodel import MODEL_BYTES, read_outline, signature_fields
from reporter.renderers.text import decode
from reporter.site.cells import plural
from reporter.site.contexts import Fact
from reporter.site.numbers import format_bytes
from reporter.site.run.contexts import FieldRow, ModelCard

__all__ = ["MODEL_FILE", "model_cards"]

MODEL_FILE = "MLmodel"
MAX_FIELDS = 100
_DULL = frozenset({"python_function"})
"""Flavours that nearly every model has beside its own."""

_FACTS = {
    "model_id": "Model id",
    "utc_time_created": "Created (UTC)",
    "mlflow_version": "MLflow",
}


def model_cards(
    artifacts: Sequence[Artifact], open_artifact: Callable[[str], BinaryIO]
) -> list[ModelCard]:
    """Describe the models among a run's artifacts.

    Parameters
    ----------
    artifacts : sequence of Artifact
    open_artifact : callable
        Opens one by its path.

    Returns
    -------
    list of ModelCard
        By path; a model whose description cannot be read is named with its size.
    """
    folders = [
        a.path.removesuffix(MODEL_FILE)
        for a in artifacts
        if a.path == MODEL_FILE or a.path.endswith(f"/{MODEL_FILE}")
    ]
    cards = [_folder_card(folder, artifacts, open_artifact) for folder in folders]
    alone = (
        a
        for a in artifacts
        if a.kind == "model" and not any(a.path.startswith(folder) for folder in folders)
    )
    return [*cards, *(_file_card(artifact) for artifact in alone)]


def _folder_card(
    folder: str, artifacts: Iterable[Artifact], open_artifact: Callable[[str], BinaryIO]
) -> ModelCard:
    inside = [a for a in artifacts if a.path.startswith(folder)]
    outline = _outline(folder + MODEL_FILE, open_artifact)
    fields = signature_fields(outline.get("signature"))
    size = f"{format_bytes(sum(a.size_bytes for a in inside))}"
    facts = [Fact(label="Size", value=size, aside=plural(len(inside), "file"))]
    facts += _flavor_facts(outline.get("flavors"))
    texts = {label: outline.get(key) for key, label in _FACTS.items()}
    facts += [Fact(label=label, value=text) for label, text in texts.items() if _is_text(text)]
    return ModelCard(
        name=folder.rstrip("/") or "model",
        flavors=_flavors(outline.get("flavors")),
        facts=tuple(facts),
        fields=tuple(FieldRow(part=p, name=n, type=t) for p, n, t in fields[:MAX_FIELDS]),
        fields_note=_fields_note(fields),
    )


def _file_card(artifact: Artifact) -> ModelCard:
    size = Fact(label="Size", value=format_bytes(artifact.size_bytes))
    return ModelCard(name=artifact.path, flavors=(), facts=(size,), fields=(), fields_note="")


def _outline(path: str, open_artifact: Callable[[str], BinaryIO]) -> dict[str, object]:
    try:
        with open_artifact(path) as stream:
            return read_outline(decode(stream.read(MODEL_BYTES)))
    except OSError:
        return {}  # that it cannot be read is said where it stands among the artifacts


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value)


def _flavors(flavors: object) -> tuple[str, ...]:
    names = list(flavors) if isinstance(flavors, Mapping) else []
    return tuple(name for name in names if name not in _DULL) or tuple(names)


def _flavor_facts(flavors: object) -> list[Fact]:
    """Say which versions wrote it: ``sklearn 1.5.0``, ``Python 3.11.7``."""
    if not isinstance(flavors, Mapping):
        return []
    found = {}
    for details in flavors.values():
        for key, value in details.items() if isinstance(details, Mapping) else ():
            if key.endswith("_version") and isinstance(value, str):
                found[key.removesuffix("_version")] = value
            elif key == "loader_module" and not str(value).startswith("mlflow."):
                found["loader"] = str(value)
    labels = {"python": "Python", "loader": "Loader"}
    return [Fact(label=labels.get(key, key), value=value) for key, value in found.items()]


def _fields_note(fields: Iterable[tuple[str, str, str]]) -> str:
    counts = Counter(part.removesuffix("s") for part, _, _ in fields)
    return ", ".join(plural(n, part) for part, n in counts.items())
