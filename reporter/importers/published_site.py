"""Published sites of ours: the folder, the zip or the address that 'report build' made.

A site holds the runs it was built from, their points and their files, so that a link in a paper is
a store. What a build left out (deleted runs, artifacts beyond a size, names) is not in it, so a
store that has more of a run keeps what it has.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from reporter.errors import NotAStoreError
from reporter.events import ArtifactLogged, Event, MetricsLogged, RunEnded
from reporter.importers.records import (
    ArtifactSource,
    ImportedExperiment,
    ImportedItem,
    ImportedRun,
    ImportOptions,
    Source,
    fingerprint_of,
)
from reporter.importers.registry import CERTAIN, NO, importer
from reporter.model import Problem, Run
from reporter.store.published import PublishedReader
from reporter.store.site_files import find_site, open_site
from reporter.store.unfold import unfold, unfold_experiment

__all__ = ["read"]


def _detect(path: str) -> int:
    return NO if find_site(path) is None else CERTAIN


@importer("site", label="published sites of runpages", detect=_detect)
def read(source: Source, options: ImportOptions) -> Iterator[ImportedItem]:
    """Yield the experiments and runs of a published site.

    Parameters
    ----------
    source : Source
    options : ImportOptions
        None are known.

    Yields
    ------
    ImportedExperiment or ImportedRun

    Raises
    ------
    NotAStoreError
        The site was built without its data.
    """
    options.check(())
    reader = open_site(source.path)
    for experiment in reader.experiments():
        runs = list(reader.runs([experiment.experiment_id]))
        events = [e for e in unfold_experiment(experiment) if e.type != "experiment_created"]
        yield ImportedExperiment(
            source_id=experiment.experiment_id,
            name=experiment.name,
            created_ms=experiment.creation_time,
            events=events,
            n_runs=len(runs),
            is_excerpt=True,
        )
        for run in runs:
            yield _imported(reader, run)


def _imported(reader: PublishedReader, run: Run) -> ImportedRun:
    return ImportedRun(
        run_id=run.info.run_id,
        experiment=run.info.experiment_id,
        fingerprint=fingerprint_of([(name, repr(value)) for name, value in vars(run).items()]),
        events=_events(reader, run),
        artifacts=list(_artifacts(reader, run)),
        is_excerpt=True,
    )


def _events(reader: PublishedReader, run: Run) -> Iterator[Event | Problem]:
    ends: list[Event] = []
    for event in unfold(run):
        if isinstance(event, RunEnded) or ends:
            ends.append(event)
        elif not isinstance(event, ArtifactLogged):  # the replay logs them as it copies them
            yield event
    try:
        for series in reader.history([run.info.run_id]):
            yield MetricsLogged(
                at_ms=run.info.start_time or 0,
                key=series.key,
                values=series.values,  # type: ignore[arg-type]  # arrays are sequences
                steps=series.steps,  # type: ignore[arg-type]  # arrays are sequences
                timestamps_ms=series.timestamps_ms,  # type: ignore[arg-type]  # arrays are sequences
            )
    except NotAStoreError as error:
        yield Problem(
            what="Histories left out",
            where=reader.location,
            detail=error.message,
            hint=error.hint,
            severity="error",
        )
    yield from ends


def _artifacts(reader: PublishedReader, run: Run) -> Iterable[ArtifactSource | Problem]:
    run_id = run.info.run_id
    for _, artifact in reader.artifacts([run_id]):
        if not reader.has_artifact(run_id, artifact.path):
            yield Problem(
                what="Artifact left out",
                where=f"{run_id}/{artifact.path}",
                detail=f"the site was built without this file of {artifact.size_bytes:,} bytes",
            )
            continue
        yield ArtifactSource(
            path=artifact.path,
            size_bytes=artifact.size_bytes,
            open=functools.partial(reader.open_artifact, run_id, artifact.path),
            media_type=artifact.media_type,
            kind=artifact.kind,
            key=artifact.key,
            step=artifact.step,
        )
