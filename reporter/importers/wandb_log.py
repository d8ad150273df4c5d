"""What stands in W&B's ``.wandb`` files: one protocol-buffer record for each thing that happened.

The file is a log in LevelDB's block format behind a head of 7 bytes; each record is a ``Record``
message, whose field tells its kind. Field numbers are those of the public ``wandb_internal.proto``.
Values stand in it as JSON. How records become a run is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reporter.importers.blocklog import iter_records
from reporter.importers.gaps import Gaps
from reporter.importers.times import ms_of_seconds
from reporter.importers.wire import Message, WireError

__all__ = ["MAGIC", "Row", "RunHead", "iter_messages", "read_row", "read_run", "update"]

MAGIC = b":W&B"
_HEAD_BYTES = 7  # magic, u16 0xBEE1, u8 version

HISTORY, SUMMARY, OUTPUT, CONFIG, FILES, STATS = 2, 3, 4, 5, 6, 7
ARTIFACT, TENSORBOARD, ALERT, METRIC, OUTPUT_RAW, RUN, EXIT = 8, 9, 10, 12, 13, 17, 18
USED_ARTIFACT, ENVIRONMENT = 25, 26
_KINDS = frozenset(
    {HISTORY, SUMMARY, OUTPUT, CONFIG, FILES, STATS, ALERT, METRIC, OUTPUT_RAW, RUN, EXIT}
    | {ARTIFACT, TENSORBOARD, USED_ARTIFACT, ENVIRONMENT}
)
_VALUE_JSON = 16

Values = dict[str, Any]  # Any: as JSON has it


@dataclass(frozen=True)
class RunHead:
    """What a run is called; texts are empty when the log does not say."""

    run_id: str
    entity: str
    project: str
    name: str
    notes: str
    group: str
    job_type: str
    sweep_id: str
    host: str
    tags: tuple[str, ...]
    start_ms: int
    git_remote: str
    git_commit: str
    config: Values


@dataclass(frozen=True)
class Row:
    """One call of ``log``: `values` nested as they were, without W&B's own."""

    step: int
    time_ms: int
    values: Values


def iter_messages(path: str, gaps: Gaps) -> Iterator[tuple[int, Message]]:
    """Yield the records of a log, each with the number that tells its kind.

    Parameters
    ----------
    path : str
    gaps : Gaps
        Takes the damaged places.

    Raises
    ------
    OSError
    """
    with open(path, "rb") as file:
        for data in iter_records(file, gaps, _HEAD_BYTES):
            try:
                record = Message(data)
                kind = next((number for number in record.numbers() if number in _KINDS), 0)
                if kind:
                    yield kind, record.message(kind)
            except WireError:
                gaps.add_record()


def read_run(record: Message) -> RunHead:
    """Read a ``RunRecord``."""
    git = record.message(21)
    config: Values = {}
    update(config, record.message(4))
    return RunHead(
        run_id=record.text(1),
        entity=record.text(2),
        project=record.text(3),
        name=record.text(8),
        notes=record.text(9),
        group=record.text(6),
        job_type=record.text(7),
        sweep_id=record.text(12),
        host=record.text(13),
        tags=tuple(record.texts(10)),
        start_ms=timestamp_ms(record.message(17)),
        git_remote=git.text(1),
        git_commit=git.text(2),
        config=config,
    )


def read_row(record: Message) -> Row:
    """Read a ``HistoryRecord``."""
    values: Values = {}
    _set_items(values, record.messages(1))
    step = record.message(2).integer(1) if 2 in record else values.get("_step", 0)
    own = {key: value for key, value in values.items() if key not in _OWN_KEYS}
    return Row(
        step=step if isinstance(step, int) else 0,
        time_ms=ms_of_seconds(values.get("_timestamp")),
        values=own,
    )


# Any: JSON's dictionaries
def update(values: Values, record: Message) -> None:
    """Apply a ``ConfigRecord`` or ``SummaryRecord`` to what is known."""
    _set_items(values, record.messages(1))
    for item in record.messages(2):
        inside: Any = values
        *above, last = _path(item)
        for part in above:
            inside = inside.get(part) if isinstance(inside, Mapping) else None
        if isinstance(inside, dict):
            inside.pop(last, None)


def read_value(item: Message) -> Any:  # Any: as JSON has it
    """Read the JSON of a history, summary, config or stats item; text that is none as text."""
    text = item.text(_VALUE_JSON)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def timestamp_ms(record: Message) -> int:
    """Read a ``google.protobuf.Timestamp``; 0 when it is not there."""
    return record.integer(1) * 1000 + record.integer(2) // 1_000_000


_OWN_KEYS = frozenset({"_step", "_timestamp", "_runtime", "_wandb"})


def _set_items(values: Values, items: Iterator[Message]) -> None:
    for item in items:
        inside = values
        *above, last = _path(item)
        for part in above:
            found = inside.get(part)
            if not isinstance(found, dict):
                found = inside[part] = {}
            inside = found
        inside[last] = read_value(item)


def _path(item: Message) -> list[str]:
    """Return the parts of an item's name: one, or several when it is nested."""
    return item.texts(2) or [item.text(1)]
