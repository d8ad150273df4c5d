"""Data sets that a run read: name, digest, schema, profile and source. Pure.

Schema, profile and source are JSON that some library wrote, in the forms of MLflow's own data sets;
what is none of these stands as it was logged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reporter.model import Dataset, DatasetInput
from reporter.site import links
from reporter.site.cells import plural
from reporter.site.contexts import Fact, Link
from reporter.site.numbers import format_bytes, format_count
from reporter.site.run.contexts import DatasetCard, FieldRow
from reporter.site.view_state import print_hash

__all__ = ["dataset_card", "dataset_cards", "schema_fields"]

MAX_FIELDS = 200
MAX_CHARS = 300
"""Of one value; a source may be a whole query."""

_PROFILE = {
    "num_rows": "Rows",
    "num_elements": "Values",
    "features_shape": "Shape",
    "targets_shape": "Shape of targets",
    "features_size": "Values",
    "features_nbytes": "Size",
    "targets_nbytes": "Size of targets",
    "approx_count": "Rows, about",
}
_QUOTABLE = re.compile(r"[^'\"\\`\x00-\x1f\ud800-\udfff]{1,200}")
"""Names that stand in a filter as they are."""

_SOURCES = ("uri", "url", "path", "table_name", "table", "query", "sql", "delta_table_name")


def dataset_cards(
    inputs: Iterable[DatasetInput], page: str, experiment_id: str
) -> tuple[DatasetCard, ...]:
    """Describe the data sets that a run read.

    Parameters
    ----------
    inputs : iterable of DatasetInput
    page : str
        Site path of the run's page.
    experiment_id : str

    Returns
    -------
    tuple of DatasetCard
    """
    return tuple(
        dataset_card(
            given.dataset,
            given.tags.get("mlflow.data.context", ""),
            _runs_link(given.dataset.name, page, experiment_id),
        )
        for given in inputs
    )


def dataset_card(dataset: Dataset, context: str = "", runs: Link | None = None) -> DatasetCard:
    """Describe one data set.

    Parameters
    ----------
    dataset : Dataset
    context : str
        What it was read for.
    runs : Link or None
        Where the runs are that read it.

    Returns
    -------
    DatasetCard
    """
    fields = schema_fields(dataset.schema)
    named = {"Digest": dataset.digest, "Type": dataset.source_type}
    facts = [Fact(label=label, value=value) for label, value in named.items() if value]
    facts += [*_source_facts(dataset.source), *_profile_facts(dataset.profile)]
    if dataset.schema and not fields:
        facts.append(Fact(label="Schema", value=_cut(dataset.schema)))
    return DatasetCard(
        name=dataset.name or dataset.digest or "unnamed",
        context=context,
        facts=tuple(facts),
        fields=tuple(fields[:MAX_FIELDS]),
        fields_note=plural(len(fields), "column") if fields else "",
        runs=runs,
    )


def schema_fields(text: str) -> list[FieldRow]:
    """Read the columns of a data set.

    Parameters
    ----------
    text : str
        JSON: ``columns``, ``mlflow_colspec``, ``mlflow_tensorspec``, or names and types.

    Returns
    -------
    list of FieldRow
        Empty for any other form.

    Examples
    --------
    >>> schema_fields('{"mlflow_colspec": [{"type": "long", "name": "age"}]}')
    [FieldRow(part='', name='age', type='long')]
    """
    schema = _parsed(text)
    if isinstance(schema, Mapping) and "mlflow_tensorspec" in schema:
        spec = _parsed(schema["mlflow_tensorspec"])
        parts = spec.items() if isinstance(spec, Mapping) else []
        return [row for part, value in parts for row in _columns(_parsed(value), str(part))]
    if isinstance(schema, Mapping) and "mlflow_colspec" in schema:
        return list(_columns(_parsed(schema["mlflow_colspec"]), ""))
    if isinstance(schema, Mapping) and isinstance(schema.get("columns"), list):
        return _with_target(_columns(schema["columns"], ""), schema.get("targets"))
    return list(_columns(schema, ""))


def _with_target(rows: Iterable[FieldRow], target: object) -> list[FieldRow]:
    """Say which column is to be predicted, where that is known."""
    if not target:
        return list(rows)
    return [
        FieldRow(part="target" if row.name == target else "feature", name=row.name, type=row.type)
        for row in rows
    ]


def _columns(spec: object, part: str) -> Iterator[FieldRow]:
    """Yield columns of a list of records, or of a mapping from name to type."""
    if isinstance(spec, Mapping):
        for name, kind in spec.items():
            if isinstance(kind, str):
                yield FieldRow(part=part, name=str(name), type=kind)
        return
    for column in spec if isinstance(spec, list) else []:
        if not isinstance(column, Mapping):
            continue
        tensor = column.get("tensor-spec")
        kind = (
            f"{tensor.get('dtype')} {tensor.get('shape')}"
            if isinstance(tensor, Mapping)
            else column.get("type", "")
        )
        if kind or "name" in column:
            name = str(column.get("name", "") or "")
            yield FieldRow(
                part=part, name=name, type=kind if isinstance(kind, str) else _text(kind)
            )


def _source_facts(text: str) -> list[Fact]:
    """Say where it came from; the tags that MLflow adds of the code are on the page already."""
    source = _parsed(text)
    if not isinstance(source, Mapping):
        return [Fact(label="Source", value=_cut(text))] if text else []
    found = [(key, source[key]) for key in _SOURCES if source.get(key)]
    others = [(key, value) for key, value in source.items() if key not in (*_SOURCES, "tags")]
    return [
        Fact(label="Source" if place == 0 else key, value=_cut(_text(value)))
        for place, (key, value) in enumerate([*found, *others])
        if value not in (None, "")
    ]


def _profile_facts(text: str) -> list[Fact]:
    profile = _parsed(text)
    if not isinstance(profile, Mapping):
        return [Fact(label="Profile", value=_cut(text))] if text else []
    facts: dict[str, Fact] = {}
    for key, value in profile.items():
        label = _PROFILE.get(str(key), str(key))
        facts.setdefault(label, Fact(label=label, value=_profile_text(key, value)))
    return list(facts.values())


def _profile_text(key: str, value: object) -> str:
    if key.endswith("_nbytes") and isinstance(value, int):
        return format_bytes(value)
    if key.endswith("_shape") and isinstance(value, Sequence) and not isinstance(value, str):
        return " × ".join(str(n) for n in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return format_count(value)
    return _cut(_text(value))


def _runs_link(name: str, page: str, experiment_id: str) -> Link | None:
    if not name or not _QUOTABLE.fullmatch(name):
        return None
    view = print_hash({"q": f"attributes.dataset LIKE '%{name}%'"})
    target = links.experiment_page(experiment_id)
    return Link(text="Runs with this data set", href=links.href(page, target) + view)


def _parsed(text: object) -> Any:  # whatever JSON holds
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}…"
