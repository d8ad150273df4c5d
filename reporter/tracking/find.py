"""Search runs from the module's own function: MLflow's ``search_runs``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from reporter.errors import InvalidInputError
from reporter.model import Run, ViewType
from reporter.tracking.client import MlflowClient
from reporter.tracking.experiments import chosen_experiment_id

__all__ = ["search_runs"]


def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: str = "pandas",
    search_all_experiments: bool = False,
    experiment_names: Sequence[str] | None = None,
) -> Any:  # Any: DataFrame or list, as asked
    """Return the runs that match a filter.

    Parameters
    ----------
    experiment_ids, experiment_names : sequence of str, optional
        Not both; that of :func:`set_experiment` when none is given.
    filter_string : str
        For example ``"metrics.val_loss < 0.1 AND params.model = 'mlp'"``.
    run_view_type : int
        Of :class:`reporter.ViewType`.
    max_results : int
    order_by : sequence of str, optional
        For example ``["metrics.val_loss ASC"]``; newest first when None.
    output_format : {"pandas", "list"}
    search_all_experiments : bool

    Returns
    -------
    pandas.DataFrame or list of Run
        The frame has columns ``params.*``, ``metrics.*`` and ``tags.*``.

    Raises
    ------
    FilterSyntaxError
        With the position and what was expected.
    """
    from reporter.search import runs_frame

    if output_format not in ("pandas", "list"):
        raise InvalidInputError(f"output_format is 'pandas' or 'list', not {output_format!r}.")
    client = MlflowClient()
    ids = _experiments_to_search(client, experiment_ids, experiment_names, search_all_experiments)
    runs = client.search_runs(ids, filter_string, run_view_type, max_results, order_by)
    _warn_of_unknown(client, ids, runs, filter_string, order_by)
    return runs_frame(runs) if output_format == "pandas" else list(runs)


def _warn_of_unknown(
    client: MlflowClient,
    ids: list[str],
    found: Sequence[Run],
    filter_string: str,
    order_by: Sequence[str] | None,
) -> None:
    """Say which names no run has: most likely typing errors.

    Those of a filter that found something are right or do not matter.
    """
    from reporter.search import keys_asked_for, unknown_keys

    keys = keys_asked_for("" if found else filter_string, order_by)
    if keys and (not found or unknown_keys(keys, found)):
        for sentence in unknown_keys(keys, client._reader.runs(ids)):
            warnings.warn(sentence, stacklevel=3)


def _experiments_to_search(
    client: MlflowClient,
    ids: Sequence[str] | None,
    names: Sequence[str] | None,
    is_all: bool,
) -> list[str]:
    if ids and names:
        raise InvalidInputError("Give experiment_ids or experiment_names, not both.")
    if ids:
        return [str(item) for item in ([ids] if isinstance(ids, (str, int)) else ids)]
    if names:
        found = [client.get_experiment_by_name(name) for name in names]
        return [item.experiment_id for item in found if item is not None]
    if is_all:
        return [item.experiment_id for item in client.search_experiments()]
    return [chosen_experiment_id()]
