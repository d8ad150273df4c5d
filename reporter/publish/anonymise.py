"""A store as a stranger may see it, for blind review: the same runs, without who and where.

A reader around a reader: whatever is built from it (pages, data files, downloads) can only hold
what passes here. Files that are not text cannot be rewritten; those that name somebody are left
out and listed.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from reporter import mediatypes
from reporter.model import Artifact, Dataset, DatasetInput, Experiment, Problem, Run, RunInputs
from reporter.publish.identities import DROPPED_TAGS, Replacer, collect
from reporter.publish.identity_bytes import holds_any, without_metadata
from reporter.site.secrets import is_scanned
from reporter.store.ports import History, StoreReader

__all__ = ["AnonymousReader"]

MAX_REWRITTEN_BYTES = 256 << 20
"""Of one file, which is held in memory; larger ones are left out."""


@dataclass
class _Files:
    """A run's files: what may be shown, under which name, and what may not."""

    shown: dict[str, Artifact] = field(default_factory=dict)
    original: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class AnonymousReader:
    """Implements :class:`reporter.store.ports.StoreReader` without who and where.

    Parameters
    ----------
    reader : StoreReader
    also : iterable of str
        Further texts to hide, such as the name of a project.
    """

    def __init__(self, reader: StoreReader, also: Iterable[str] = ()) -> None:
        self._reader = reader
        self._replacer = Replacer(collect(reader.runs(), also))
        self._files: dict[str, _Files] = {}

    @property
    def location(self) -> str:
        """Nothing: even the folder's name may tell."""
        return "runs"

    def experiments(self) -> list[Experiment]:
        """Return every experiment."""
        text = self._replacer.text
        return [
            replace(
                item,
                name=text(item.name),
                artifact_location="",
                tags=self._tags(item.tags),
                problems=tuple(self._problem(problem) for problem in item.problems),
            )
            for item in self._reader.experiments()
        ]

    def runs(self, experiment_ids: Iterable[str] | None = None) -> Iterator[Run]:
        """Yield every run of these experiments."""
        return map(self._anonymous, self._reader.runs(experiment_ids))

    def run(self, run_id: str) -> Run:
        """Return one run; raises RunNotFoundError."""
        return self._anonymous(self._reader.run(run_id))

    def history(
        self, run_ids: Sequence[str], keys: Sequence[str] | None = None
    ) -> Iterator[History]:
        """Yield the series of these runs, which are numbers."""
        return self._reader.history(run_ids, keys)

    def artifacts(self, run_ids: Sequence[str]) -> Iterator[tuple[str, Artifact]]:
        """Yield (run_id, artifact) of the files that may be shown."""
        for run_id in run_ids:
            for artifact in self._files_of(run_id).shown.values():
                yield run_id, artifact

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        """Open one artifact as it may be shown; raises FileNotFoundError."""
        files = self._files_of(run_id)
        original = files.original.get(path)
        if original is None or path not in files.shown:
            raise FileNotFoundError(f"Run {run_id} has no artifact file '{path}'.")
        content = self._content(run_id, original)
        if content is None:
            raise FileNotFoundError(f"Run {run_id} has no artifact file '{path}' any more.")
        return io.BytesIO(content)

    def _anonymous(self, run: Run) -> Run:
        text = self._replacer.text
        files = self._files_of(run.info.run_id)
        info = replace(
            run.info,
            run_name=text(run.info.run_name),
            user_id=self._replacer.user(run.info.user_id),
            artifact_uri="",
        )
        data = replace(
            run.data,
            params={key: text(value) for key, value in run.data.params.items()},
            tags=self._tags(run.data.tags),
        )
        problems = [*map(self._problem, run.problems), *files.problems]
        return replace(
            run,
            info=info,
            data=data,
            inputs=RunInputs(dataset_inputs=tuple(map(self._input, run.inputs.dataset_inputs))),
            artifacts=tuple(files.shown[path] for path in sorted(files.shown)),
            problems=tuple(problems),
        )

    def _tags(self, tags: Mapping[str, str]) -> dict[str, str]:
        special = {"mlflow.user": self._replacer.user, "reporter.host": self._replacer.host}
        return {
            key: special.get(key, self._replacer.text)(value)
            for key, value in tags.items()
            if key not in DROPPED_TAGS
        }

    def _input(self, item: DatasetInput) -> DatasetInput:
        text, dataset = self._replacer.text, item.dataset
        hidden = Dataset(
            name=text(dataset.name),
            digest=dataset.digest,
            source_type=dataset.source_type,
            source=text(dataset.source),
            schema=text(dataset.schema),
            profile=text(dataset.profile),
        )
        return DatasetInput(
            dataset=hidden, tags={key: text(value) for key, value in item.tags.items()}
        )

    def _problem(self, problem: Problem) -> Problem:
        text = self._replacer.text
        return replace(problem, where=text(problem.where), detail=text(problem.detail))

    def _files_of(self, run_id: str) -> _Files:
        """Look through a run's files, once."""
        if run_id not in self._files:
            self._files[run_id] = files = _Files()
            for _, artifact in self._reader.artifacts([run_id]):
                self._look_at(files, run_id, artifact)
        return self._files[run_id]

    def _look_at(self, files: _Files, run_id: str, artifact: Artifact) -> None:
        path = self._free_name(files, artifact.path)
        files.original[path] = artifact.path
        try:
            content = self._content(run_id, artifact.path)
        except FileNotFoundError:  # listed by the run, not in the store: that is said as ever
            files.shown[path] = replace(artifact, path=path)
            return
        if content is None:
            problem = Problem(
                what="Left out to stay anonymous",
                where=f"{run_id}/{path}",
                detail=f"{artifact.size_bytes:,} bytes that name somebody, or cannot be looked at",
                hint="Show it as text, or keep it out of the report.",
            )
            files.problems.append(problem)
            return
        digest = hashlib.sha256(content).hexdigest()
        files.shown[path] = replace(
            artifact,
            path=path,
            key=self._replacer.words(artifact.key),
            size_bytes=len(content),
            sha256=digest,
        )

    def _free_name(self, files: _Files, path: str) -> str:
        """Return an artifact's name without names of people; a number tells equal ones apart."""
        hidden = self._replacer.words(path)
        number = 1
        while hidden in files.shown:
            number += 1
            hidden = f"{self._replacer.words(path)}-{number}"
        return hidden

    def _content(self, run_id: str, path: str) -> bytes | None:
        """Return a file's bytes as they may be shown; None when they may not."""
        try:
            with self._reader.open_artifact(run_id, path) as stream:
                data = stream.read(MAX_REWRITTEN_BYTES + 1)
        except FileNotFoundError:
            raise
        except OSError:
            return None
        if len(data) > MAX_REWRITTEN_BYTES:
            return None
        if is_scanned(mediatypes.detect(path, data[: mediatypes.HEAD_BYTES])):
            return self._rewritten(data)
        bare = without_metadata(data)
        return None if holds_any(bare, self._replacer.needles()) else bare

    def _rewritten(self, data: bytes) -> bytes:
        text = data.decode("utf-8", "surrogateescape")
        return self._replacer.text(text).encode("utf-8", "surrogateescape")
