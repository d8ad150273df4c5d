"""Runs as data frames, from wherever they are: a store, a published site, another tool's folder.

The way back from a link: what a report shows can be computed with again. Knows no page.
"""

from __future__ import annotations

import contextlib
import os
import warnings
import weakref
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from reporter.importers.opening import open_source
from reporter.model import LifecycleStage, Run
from reporter.search import Key, keys_asked_for, unknown_keys
from reporter.search.frame import histories_frame, runs_frame
from reporter.search.select import select_runs

if TYPE_CHECKING:
    import pandas as pd

    from reporter.store.ports import StoreReader

__all__ = ["LoadedReport", "load"]


def load(source: str | os.PathLike[str]) -> LoadedReport:
    """Read runs back from a store, a site, or another tool's folder.

    Parameters
    ----------
    source : str or path-like
        A store's folder; a published site: its folder, its zip, or its address
        (``https://ana.github.io/digits/``); or anything that ``report import`` reads.

    Returns
    -------
    LoadedReport

    Raises
    ------
    NotAStoreError
        There are no runs.
    StoreError
        The address does not answer.

    Examples
    --------
    >>> import reporter
    >>> report = reporter.load("sample_runs")
    >>> print(report.runs["metrics.val_loss"].min().round(4))
    0.0891
    """
    return LoadedReport(os.fspath(source))


class LoadedReport:
    """The runs of one source.

    Parameters
    ----------
    source : str

    Notes
    -----
    Made by :func:`load`. What is deleted in the source is left out. Another tool's runs are
    imported into a cache, which is let go with this object or by :meth:`close`.
    """

    def __init__(self, source: str) -> None:
        stack = contextlib.ExitStack()
        self._reader: StoreReader = stack.enter_context(open_source(source))
        self.close = weakref.finalize(self, stack.close)
        self.location = self._reader.location

    def __repr__(self) -> str:
        return f"<report of {self.location}: {len(self._runs)} runs>"

    def __enter__(self) -> LoadedReport:  # noqa: PYI034  # typing.Self came with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def experiments(self) -> pd.DataFrame:
        """One row an experiment.

        Returns
        -------
        pandas.DataFrame, shape (n_experiments, 4)
            ``experiment_id``, ``name``, ``creation_time`` (UTC), ``n_runs``.
        """
        import pandas as pd

        counts: dict[str, int] = {}
        for run in self._runs:
            counts[run.info.experiment_id] = counts.get(run.info.experiment_id, 0) + 1
        found = [
            e for e in self._reader.experiments() if e.lifecycle_stage == LifecycleStage.ACTIVE
        ]
        times = [experiment.creation_time for experiment in found]
        frame: pd.DataFrame = pd.DataFrame(
            {
                "experiment_id": [experiment.experiment_id for experiment in found],
                "name": [experiment.name for experiment in found],
                "creation_time": pd.to_datetime(
                    pd.Series(times, dtype="Int64"), unit="ms", utc=True
                ),
                "n_runs": [counts.get(experiment.experiment_id, 0) for experiment in found],
            }
        )
        return frame

    @property
    def runs(self) -> pd.DataFrame:
        """Every run, newest first.

        Returns
        -------
        pandas.DataFrame, shape (n_runs, ...)
            As of :func:`reporter.search_runs`.
        """
        return self.search()

    def search(
        self, filter_string: str = "", order_by: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Choose runs.

        Parameters
        ----------
        filter_string : str
            As of :func:`reporter.search_runs`.
        order_by : sequence of str, optional

        Returns
        -------
        pandas.DataFrame, shape (n_runs, ...)

        Raises
        ------
        FilterSyntaxError
        """
        found = select_runs(self._runs, filter_string, list(order_by or ()) or None)
        self._warn_of_unknown(keys_asked_for("" if found else filter_string, order_by))
        return runs_frame(found)

    def histories(
        self, keys: Sequence[str] | str | None = None, run_ids: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return metrics point by point.

        Parameters
        ----------
        keys : str or sequence of str, optional
            Metrics; all of them by default.
        run_ids : sequence of str, optional
            All runs by default.

        Returns
        -------
        pandas.DataFrame, shape (n_points, 5)
            ``run_id``, ``key``, ``step``, ``timestamp`` (UTC), ``value``; in logged order within
            a series.

        Raises
        ------
        RunNotFoundError
        NotAStoreError
            The site was built without its points.
        """
        ids = [run.info.run_id for run in self._runs] if run_ids is None else list(run_ids)
        wanted = [keys] if isinstance(keys, str) else keys
        self._warn_of_unknown([Key("metrics", key) for key in wanted or ()])
        return histories_frame(self._reader.history(ids, wanted))

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        """Open a file that a run left behind.

        Parameters
        ----------
        run_id, path : str

        Returns
        -------
        BinaryIO

        Raises
        ------
        FileNotFoundError
        RunNotFoundError
        """
        return self._reader.open_artifact(run_id, path)

    def list_artifacts(self, run_id: str) -> list[str]:
        """Return the paths of the files that a run left behind."""
        return [artifact.path for _, artifact in self._reader.artifacts([run_id])]

    def _warn_of_unknown(self, keys: Sequence[Key]) -> None:
        for sentence in unknown_keys(keys, self._runs):
            warnings.warn(sentence, stacklevel=3)

    @cached_property
    def _runs(self) -> list[Run]:
        active = [
            experiment.experiment_id
            for experiment in self._reader.experiments()
            if experiment.lifecycle_stage == LifecycleStage.ACTIVE
        ]
        runs = self._reader.runs(active)
        return [run for run in runs if run.info.lifecycle_stage == LifecycleStage.ACTIVE]
