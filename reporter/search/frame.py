"""Runs as a pandas DataFrame, with the columns that MLflow's ``search_runs`` gives them.

pandas is imported only when a frame is asked for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from reporter.model import Run
    from reporter.store.ports import History

__all__ = ["histories_frame", "runs_frame"]


def runs_frame(runs: Iterable[Run]) -> pd.DataFrame:
    """Make a table of runs, one row each, in the order given.

    Parameters
    ----------
    runs : iterable of Run

    Returns
    -------
    pandas.DataFrame, shape (n_runs, 6 + n_metrics + n_params + n_tags)
        ``run_id``, ``experiment_id``, ``status``, ``artifact_uri``, ``start_time`` and
        ``end_time`` (in UTC), then ``metrics.*`` (NaN where not logged), ``params.*`` and
        ``tags.*`` (text, None where not logged). Keys stand in the order in which they first
        occur, those of one run sorted.

    Notes
    -----
    Values, types and column groups are those of MLflow 3.17.2, whose order of keys within a group
    changes from call to call.
    """
    import pandas as pd

    listed = list(runs)
    data: dict[str, Any] = {  # Any: lists and Series of each column's own type
        name: [getattr(run.info, name) for run in listed]
        for name in ("run_id", "experiment_id", "status", "artifact_uri")
    }
    data["start_time"] = _times(pd, [run.info.start_time for run in listed])
    data["end_time"] = _times(pd, [run.info.end_time for run in listed])
    data |= _columns("metrics", [run.data.metrics for run in listed], math.nan)
    data |= _columns("params", [run.data.params for run in listed], None)
    data |= _columns("tags", [run.data.tags for run in listed], None)
    try:
        frame: pd.DataFrame = pd.DataFrame(data)
    except UnicodeEncodeError:  # text with lone surrogates, which pandas 3 cannot hold
        frame = pd.DataFrame({_storable(name): _storables(data[name]) for name in data})
    return frame


def histories_frame(histories: Iterable[History]) -> pd.DataFrame:
    """Make a table of metrics point by point, in the order given.

    Parameters
    ----------
    histories : iterable of History

    Returns
    -------
    pandas.DataFrame, shape (n_points, 5)
        ``run_id``, ``key``, ``step``, ``timestamp`` (UTC), ``value``.
    """
    import pandas as pd

    parts = [
        pd.DataFrame(
            {
                "run_id": item.run_id,
                "key": item.key,
                "step": item.steps,
                "timestamp": pd.to_datetime(item.timestamps_ms, unit="ms", utc=True),
                "value": item.values,  # noqa: PD011  # an array of ours
            }
        )
        for item in histories
    ]
    columns = ["run_id", "key", "step", "timestamp", "value"]
    empty: pd.DataFrame = pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True) if parts else empty


def _storables(column: Any) -> Any:  # Any: a list, or a Series of times
    return list(map(_storable, column)) if isinstance(column, list) else column


def _storable(value: Any) -> Any:  # Any: a cell of any type
    """Write lone surrogates as visible escapes."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _times(pd: Any, milliseconds: list[int | None]) -> Any:  # Any: pandas, a module or a Series
    """Convert at once what MLflow converts one by one, to the type that gives."""
    if all(time is None for time in milliseconds):
        return [pd.to_datetime(None)] * len(milliseconds)
    unit = pd.DataFrame([pd.to_datetime(0, unit="ms", utc=True)])[0].dt.unit
    times = pd.to_datetime(pd.Series(milliseconds, dtype="Int64"), unit="ms", utc=True)
    return times.dt.as_unit(unit)


def _columns(
    group: str, rows: list[Mapping[str, Any]], missing: object
) -> dict[str, list[Any]]:  # Any: float for metrics, str for the others
    keys = dict.fromkeys(key for row in rows for key in sorted(row))
    return {f"{group}.{key}": [row.get(key, missing) for row in rows] for key in keys}
