"""Import everything that is found in some places into one store, again and again if one likes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from reporter import __version__
from reporter.errors import InvalidInputError, ReporterError, StoreError
from reporter.importers.copying import ArtifactCopier, ArtifactTaker
from reporter.importers.discovery import FoundSource, find_sources
from reporter.importers.placement import Placement
from reporter.importers.records import (
    ImportedExperiment,
    ImportedItem,
    ImportedRun,
    ImportOptions,
)
from reporter.importers.replay import ReplayedRun, find_unchanged, replay_run
from reporter.importers.workers import Crew
from reporter.model import Problem
from reporter.store import layout
from reporter.store.uris import is_remote, public_uri

__all__ = [
    "ImportResult",
    "Progress",
    "RunCounter",
    "SourceImport",
    "import_found",
    "import_sources",
]

Progress = Callable[[str, int, int], None]

_NO_OPTIONS = ImportOptions()


@dataclass
class SourceImport:
    """What came out of one source.

    Parameters
    ----------
    path : str
    format : str
        Name of the importer.
    n_new, n_updated, n_unchanged, n_kept : int
        Runs; those that were kept are listed in `problems` with the reason.
    n_experiments, n_points, n_files : int
        Experiments of the source, and points and files that were written.
    problems : list of Problem
        Of the source, and of its runs, the unchanged ones included.
    own_problems : list of Problem
        Those that belong to the source as a whole and stand with no run or experiment.
    run_ids : set of str
        Every run of the source.
    experiment_ids : set of str
        Of the store.
    """

    path: str
    format: str
    n_new: int = 0
    n_updated: int = 0
    n_unchanged: int = 0
    n_kept: int = 0
    n_experiments: int = 0
    n_points: int = 0
    n_files: int = 0
    problems: list[Problem] = field(default_factory=list)
    own_problems: list[Problem] = field(default_factory=list)
    run_ids: set[str] = field(default_factory=set)
    experiment_ids: set[str] = field(default_factory=set)

    @property
    def n_runs(self) -> int:
        """How many runs the source has."""
        return len(self.run_ids)

    def report(self, problem: Problem) -> None:
        """List a problem of the source as a whole."""
        self.problems.append(problem)
        self.own_problems.append(problem)


@dataclass(frozen=True)
class ImportResult:
    """What an import did.

    Parameters
    ----------
    store : str
    sources : list of SourceImport
    """

    store: str
    sources: list[SourceImport]

    @property
    def problems(self) -> list[Problem]:
        """Everything that could not be read as it should."""
        return [problem for source in self.sources for problem in source.problems]


def import_sources(
    paths: Sequence[str],
    store: str,
    *,
    format_name: str = "",
    options: ImportOptions = _NO_OPTIONS,
    progress: Progress | None = None,
) -> ImportResult:
    """Import what lies in some places into a store.

    Parameters
    ----------
    paths : sequence of str
        Files, folders or URLs; a folder may hold several sources, of several tools.
    store : str
        A folder, made when it is missing.
    format_name : str
        Name of the importer, whatever the content looks like; recognised when empty.
    options : ImportOptions
    progress : callable, optional
        Called with a word, the runs done and the runs in all.

    Returns
    -------
    ImportResult

    Raises
    ------
    NotAStoreError
        A path does not exist or holds no runs, or the store's folder is another tool's.
    InvalidInputError
        There is no such importer or option, or the store is no folder.
    StoreError
        The store cannot be written, or a source cannot be read any more.

    Notes
    -----
    Run by run and one run in memory at a time, or one a processor when there are many. A run whose
    fingerprint is that of the last import is not read. An import that was interrupted goes on where
    it stopped when it is run again.
    """
    if is_remote(store):
        raise InvalidInputError(
            f"Runs are imported into a folder, and '{public_uri(store)}' is none.",
            f"Import into one, and then 'report merge FOLDER -o {public_uri(store)}'.",
        )
    store = layout.local_folder(store)
    found = [item for path in paths for item in find_sources(path, format_name)]
    layout.create_store(store)
    counted = RunCounter(progress)
    try:
        sources = [import_found(item, store, options, ArtifactCopier(), counted) for item in found]
    except OSError as error:
        where = f" ('{error.filename}')" if error.filename else ""
        raise StoreError(
            f"The import into '{store}' stopped: {error.strerror or error}{where}.",
            path=store,
            hint="What was imported stays; import again to go on.",
        ) from error
    return ImportResult(store, sources)


class RunCounter:
    """Adds up the runs of several sources for one progress bar.

    Parameters
    ----------
    progress : callable or None
        Called with a word, the runs done and the runs in all.
    """

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._done = self._total = 0

    def expect(self, n_runs: int) -> None:
        """Take note of runs to come."""
        self._total += n_runs

    def count(self) -> None:
        """Take note of a run that is done."""
        self._done += 1
        if self._progress is not None:
            self._progress("Importing", self._done, max(self._done, self._total))


def import_found(
    found: FoundSource,
    store: str,
    options: ImportOptions,
    artifacts: ArtifactTaker,
    counted: RunCounter | None = None,
) -> SourceImport:
    """Import one source into a store that exists.

    Parameters
    ----------
    found : FoundSource
    store : str
    options : ImportOptions
    artifacts : ArtifactTaker
        Copies files, or links to them.
    counted : RunCounter, optional

    Returns
    -------
    SourceImport

    Raises
    ------
    OSError, StoreError
        The store's disk refused.
    """
    work = _Work(found, store, artifacts, counted or RunCounter(None))
    with work.crew:
        try:
            for item in found.importer.read(found.source, options):
                work.take(item)
        except (OSError, ReporterError):
            raise
        except Exception as error:  # noqa: BLE001  # a listed problem
            work.result.report(_broken(found, error))
        work.finish()
    return work.result


class _Work:
    """The import of one source while it goes on."""

    def __init__(
        self, found: FoundSource, store: str, artifacts: ArtifactTaker, counted: RunCounter
    ) -> None:
        self.result = SourceImport(path=found.source.path, format=found.importer.name)
        self.crew = Crew(replay_run)
        self._store = store
        self._artifacts = artifacts
        self._counted = counted
        self._placement = Placement(store, found.importer.name)
        self._version = f"{found.importer.name} {__version__}"
        # What became of each run, in the order of the source.
        self._done: dict[str, ReplayedRun | None] = {}

    def take(self, item: ImportedItem) -> None:
        result = self.result
        if isinstance(item, Problem):
            result.report(item)
        elif isinstance(item, ImportedExperiment):
            self._counted.expect(item.n_runs)
            self.crew.expect(item.n_runs)
            result.n_experiments += 1
            result.experiment_ids.add(self._placement.add(item))
            result.problems += [event for event in item.events if isinstance(event, Problem)]
        elif item.run_id in self._done:
            result.report(_twice(item))
        else:
            self._take_run(item)

    def _take_run(self, run: ImportedRun) -> None:
        experiment_id = self._placement.find_run(run.run_id, run.experiment)
        self.result.experiment_ids.add(experiment_id)
        self._done[run.run_id] = None
        task = (self._store, experiment_id, run, self._version, self._artifacts)
        unchanged = find_unchanged(*task)
        self._note(self.crew.run(task) if unchanged is None else [unchanged])

    def _note(self, results: Iterable[ReplayedRun]) -> None:
        for done in results:
            self._done[done.run_id] = done
            self._counted.count()

    def finish(self) -> None:
        """Wait for what is under way, and add everything up."""
        self._note(self.crew.rest())
        result, runs = self.result, [done for done in self._done.values() if done is not None]
        outcomes = Counter(done.outcome for done in runs)
        result.n_new, result.n_updated = outcomes["new"], outcomes["updated"]
        result.n_unchanged, result.n_kept = outcomes["unchanged"], outcomes["kept"]
        result.n_points = sum(done.n_points for done in runs)
        result.n_files = sum(done.n_files for done in runs)
        result.problems += [problem for done in runs for problem in done.problems]
        result.run_ids.update(self._done)


def _broken(found: FoundSource, error: Exception) -> Problem:
    return Problem(
        what="Source not read to its end",
        where=found.source.name,
        detail=" ".join(f"{type(error).__name__}: {error}".split())[:300],
        severity="error",
    )


def _twice(run: ImportedRun) -> Problem:
    return Problem(
        what="Run found twice",
        where=run.run_id,
        detail=f"another folder of the source has it too; that in '{run.experiment}' was left out",
    )
