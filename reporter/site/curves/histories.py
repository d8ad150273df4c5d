"""Read histories once, run by run, and hand them to everything that needs them.

Charts want them cut to a screen's width, the download wants all of them, a run's page wants a line
of one word's size. Each history is read when one of the three is stale, used at once and dropped:
memory holds the files that are being filled, never all histories. What was made from the same
inputs before is neither read nor made again.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from reporter.errors import StoreError
from reporter.model import Problem
from reporter.site import links
from reporter.site.curves.points import Part, PartContent
from reporter.site.curves.series import OrderedSeries, Shard, ShardContent, order_series
from reporter.site.curves.sparkline import spark_paths
from reporter.site.plan import PlannedRun
from reporter.site.writing.output import COPY_BYTES, SiteOutput
from reporter.store.ports import History, StoreReader

__all__ = ["PartsPass", "RunReading", "SeriesPass", "read_run"]


@dataclass(frozen=True, kw_only=True)
class RunReading:
    """What reading a run's histories gave.

    Parameters
    ----------
    sparks : dict of str to str
        Metric to the SVG path of its history, when they were needed.
    problems : list of Problem
        Points that the summaries promise and that could not be read.
    """

    sparks: dict[str, str]
    problems: list[Problem]


class SeriesPass:
    """The data files of one experiment's charts, filled run by run in the order of run ids.

    Parameters
    ----------
    output : SiteOutput
    shards : sequence of Shard
        Of all tiers.
    """

    def __init__(self, output: SiteOutput, shards: Sequence[Shard]) -> None:
        self._output = output
        self._names: dict[Shard, list[str]] = {}
        self._open: dict[Shard, ShardContent] = {}
        self._waiting: dict[str, dict[str, list[Shard]]] = {}
        self._distrusted: set[Shard] = set()
        self._shards = shards
        for shard in shards:
            if kept := output.reuse(shard.inputs):
                self._names[shard] = [_name_of(path) for path in (kept[0], *kept[1].needs)]
            else:
                self._wait(shard)

    def wanted(self, run_id: str) -> dict[str, list[Shard]]:
        """Return the metrics of a run that are to be read, and the shards they belong to."""
        return self._waiting.get(run_id, {})

    def add(self, series: OrderedSeries) -> None:
        """Take a series, if a shard waits for it."""
        for shard in self.wanted(series.run_id).get(series.key, ()):
            content = self._open.get(shard) or self._open.setdefault(shard, ShardContent(shard))
            content.add(series)

    def distrust(self, run_id: str) -> None:
        """Make the shards of a damaged run anew in the next build: it may be mended by then."""
        self._distrusted.update(self._shards_of(run_id))

    def end_run(self, run_id: str) -> None:
        """Write the shards that end with this run."""
        for shard in self._shards_of(run_id):
            if shard.run_ids[-1] == run_id:
                self._write(shard)

    def finish(self) -> list[tuple[Shard, list[str]]]:
        """Return every shard and the names of its files."""
        return [(shard, self._names[shard]) for shard in self._shards]

    def _wait(self, shard: Shard) -> None:
        for run_id in shard.run_ids:
            waiting = self._waiting.setdefault(run_id, {})
            for key in shard.keys:
                waiting.setdefault(key, []).append(shard)

    def _shards_of(self, run_id: str) -> list[Shard]:
        return list(dict.fromkeys(itertools.chain.from_iterable(self.wanted(run_id).values())))

    def _write(self, shard: Shard) -> None:
        content = self._open.pop(shard, None) or ShardContent(shard)
        files = content.to_files()
        paths = [links.data_path(name) for name, _ in files]
        for path, (_, data) in zip(paths, files, strict=True):
            self._output.write(path, data)
        inputs = "" if shard in self._distrusted else shard.inputs
        self._output.annotate(paths[0], inputs=inputs, needs=paths[1:])
        self._names[shard] = [name for name, _ in files]


class PartsPass:
    """The files of all points, filled run by run.

    Parameters
    ----------
    output : SiteOutput
    parts : sequence of Part
    """

    def __init__(self, output: SiteOutput, parts: Sequence[Part]) -> None:
        self._output = output
        self._waiting: dict[str, Part] = {}
        self._left: dict[Part, int] = {}
        self._open: dict[Part, PartContent] = {}
        self._distrusted: set[Part] = set()
        self.paths: list[str] = []
        for part in parts:
            if kept := output.reuse(part.inputs):
                self.paths += [kept[0], *kept[1].needs]
            else:
                self._left[part] = len(part.run_ids)
                self._waiting.update(dict.fromkeys(part.run_ids, part))

    def wants(self, run_id: str) -> bool:
        """Tell whether all histories of a run are to be read."""
        return run_id in self._waiting

    def add(self, experiment_id: str, history: History) -> None:
        """Take a history, if a part waits for it."""
        part = self._waiting.get(history.run_id)
        if part is not None:
            self._open.setdefault(part, PartContent()).add(experiment_id, history)

    def distrust(self, run_id: str) -> None:
        """Make the part of a damaged run anew in the next build: it may be mended by then."""
        if part := self._waiting.get(run_id):
            self._distrusted.add(part)

    def end_run(self, run_id: str) -> None:
        """Write the part that this run completes."""
        part = self._waiting.pop(run_id, None)
        if part is None:
            return
        self._left[part] -= 1
        if not self._left[part]:
            self._write(part)

    def _write(self, part: Part) -> None:
        files = self._open.pop(part, None) or PartContent()
        stem = part.path.removesuffix(".parquet")
        paths = []
        for place, file in enumerate(files.finish(), start=1):
            paths.append(part.path if place == 1 else f"{stem}-{place}.parquet")
            with file:
                self._write_one(paths[-1], file)
        inputs = "" if part in self._distrusted else part.inputs
        self._output.annotate(part.path, inputs=inputs, needs=paths[1:])
        self.paths += paths

    def _write_one(self, path: str, file: BinaryIO) -> None:
        self._output.write_stream(path, lambda target: shutil.copyfileobj(file, target, COPY_BYTES))


def read_run(
    reader: StoreReader,
    item: PlannedRun,
    series: SeriesPass,
    parts: PartsPass,
    *,
    needs_sparks: bool,
) -> RunReading:
    """Read what is needed of a run's histories and pass it on.

    Parameters
    ----------
    reader : StoreReader
    item : PlannedRun
    series : SeriesPass
    parts : PartsPass
    needs_sparks : bool
        Whether the run's page is to be made.

    Returns
    -------
    RunReading
    """
    drawn = _drawn(item) if needs_sparks else set()
    wanted = drawn | set(series.wanted(item.run_id))
    keys = None if parts.wants(item.run_id) else sorted(wanted)
    histories, problems = _read(reader, item, keys)
    if problems:
        series.distrust(item.run_id)
        parts.distrust(item.run_id)
    for history in histories:
        parts.add(item.run.info.experiment_id, history)
    ordered = order_series([history for history in histories if history.key in wanted])
    for one in ordered:
        series.add(one)
    series.end_run(item.run_id)
    parts.end_run(item.run_id)
    sketched = [one.shown() for one in ordered if one.key in drawn]
    paths = spark_paths([(one.steps, one.values) for one in sketched])
    sparks = {one.key: path for one, path in zip(sketched, paths, strict=True)}
    return RunReading(sparks=sparks, problems=problems)


def _read(
    reader: StoreReader, item: PlannedRun, keys: Sequence[str] | None
) -> tuple[list[History], list[Problem]]:
    """Read histories and compare them with the summaries: what is missing is damaged."""
    if keys == []:
        return [], []
    try:
        histories = list(reader.history([item.run_id], keys))
    except (OSError, StoreError) as error:
        return [], [_unreadable(item, str(error))]
    counts = {history.key: len(history.values) for history in histories}
    summaries = item.run.data.summaries
    wanted = {key: one for key, one in summaries.items() if keys is None or key in keys}
    lost = sum(max(0, one.count - counts.get(key, 0)) for key, one in wanted.items())
    if not lost:
        return histories, []
    total = sum(one.count for one in wanted.values())
    return histories, [_unreadable(item, f"{lost:,} of {total:,} points could not be read")]


def _unreadable(item: PlannedRun, detail: str) -> Problem:
    return Problem(
        what="Points missing",
        where=f"{item.run.info.experiment_id}/{item.run_id}",
        detail=detail,
        hint="Copy the run's metrics back from a backup, then build again",
        severity="error",
    )


def _name_of(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".js")


def _drawn(item: PlannedRun) -> set[str]:
    return {key for key, summary in item.run.data.summaries.items() if summary.count > 1}
