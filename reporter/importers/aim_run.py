"""One run of Aim's: its two databases as our events and artifacts.

``meta`` has params, contexts and which sequences there are; ``seqs`` has their values by step, in
one of two forms: with the step as key or, for the numbers of later versions, with the step beside
its hash.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reporter.events import (
    Event,
    LifecycleChanged,
    MetricsLogged,
    ParamsLogged,
    RunEnded,
    RunStarted,
    TagsSet,
)
from reporter.importers.aim_media import AimMedia
from reporter.importers.aim_tree import Path, grow, read_path, read_value
from reporter.importers.params import flatten_params
from reporter.importers.point_buffer import points_event, to_int64
from reporter.importers.records import ArtifactSource, fingerprint_of
from reporter.importers.rocksdb import iter_pairs
from reporter.importers.times import ms_of_seconds
from reporter.model import LifecycleStage, Problem, RunStatus

__all__ = ["AimFacts", "AimRun"]

_BLOBS = "BLOBS"
_LOAD = "__system__"  # how Aim begins the names of its samples of the system's load
_ENVIRONMENT = "__system_params"
_COLUMNS = ("val", "step", "time")

Tree = dict[Any, Any]  # as Aim has it


@dataclass(frozen=True)
class AimFacts:
    """What Aim keeps of a run in its database of facts; times in milliseconds, 0 for none."""

    hash: str
    name: str = ""
    description: str = ""
    experiment: str = ""
    is_archived: bool = False
    created_ms: int = 0
    finalized_ms: int = 0
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Series:
    """Columns of a sequence of numbers, by Aim's key of a row."""

    val: dict[int, float] = field(default_factory=dict)
    step: dict[int, int] = field(default_factory=dict)
    time: dict[int, float] = field(default_factory=dict)
    is_hashed: bool = False

    def rows(self) -> list[tuple[int, int]]:
        """Return step and key of each row, by step; without those whose step is lost."""
        if not self.is_hashed:
            return [(row, row) for row in sorted(self.val)]
        return sorted((self.step[row], row) for row in self.val if row in self.step)


class AimRun:
    """A run, read once.

    Parameters
    ----------
    root : str
        Aim's folder.
    facts : AimFacts
    """

    def __init__(self, root: str, facts: AimFacts) -> None:
        self._root = root
        self._facts = facts
        # By context and name of a sequence: what we call it, and the kind of its objects.
        self._names: dict[tuple[Any, Any], tuple[str, str]] = {}
        self._problems: list[Problem] = []

    def fingerprint(self) -> str:
        """Condense what the run's files look like."""
        seen: list[tuple[object, ...]] = [(repr(self._facts),)]
        for kind in ("meta", "seqs"):
            folder = self._folder(kind)
            for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
                found = os.stat(os.path.join(folder, name))
                seen.append((kind, name, found.st_size, found.st_mtime_ns))
        return fingerprint_of(seen)

    def events(self) -> Iterator[Event | Problem]:
        """Read what Aim keeps of the run, and its numbers."""
        facts = self._facts
        tree = grow((path[3:], value) for path, value in self._pairs("meta") if _is_own(path))
        attributes = _mapping(tree.get("attrs"))
        environment = _mapping(attributes.pop(_ENVIRONMENT, None))
        self._name_sequences(tree)
        at_ms = facts.created_ms
        name = facts.name or facts.hash
        yield RunStarted(at_ms=at_ms, run_id="", experiment_id="", run_name=name)
        yield TagsSet(at_ms=at_ms, tags=_tags(facts, environment))
        if params := flatten_params(attributes):
            yield ParamsLogged(at_ms=at_ms, params=params)
        yield from self._points(at_ms)
        yield from self._problems
        if end_ms := ms_of_seconds(tree.get("end_time")) or facts.finalized_ms:
            yield RunEnded(at_ms=end_ms, status=RunStatus.FINISHED)
        if facts.is_archived:
            yield LifecycleChanged(at_ms=at_ms, lifecycle_stage=LifecycleStage.DELETED)

    def artifacts(self) -> Iterator[ArtifactSource | Problem]:
        """Yield pictures, sounds, texts, figures and distributions."""
        if all(kind in ("", "float", "int") for _, kind in self._names.values()):
            return
        media = AimMedia()
        for path, value in self._pairs("seqs"):
            is_content = path[:1] == (_BLOBS,)
            inside = path[4:] if is_content else path[3:]
            if len(inside) < 4 or not isinstance(inside[3], int):
                continue
            place: tuple[Any, Any] = (inside[0], inside[1])
            name, kind = self._names.get(place, (str(inside[1]), ""))
            if inside[2] == "time":
                media.add_time(name, inside[3], value)
            elif inside[2] == "val" and not is_content:
                media.add_field(name, inside[3], inside[4:], value)
            elif inside[2] == "val" and inside[-1] == "data":
                yield from media.add_content(name, kind, inside[3], inside[4:-1], value)
        yield from media.rest()

    def _folder(self, kind: str) -> str:
        return os.path.join(self._root, kind, "chunks", self._facts.hash)

    def _pairs(self, kind: str) -> Iterator[tuple[Path, Any]]:  # Any: what Aim's values are
        """Yield a database's paths and values; what is damaged is listed once."""
        folder = self._folder(kind)
        where = f"{kind}/chunks/{self._facts.hash}"

        def on_damage(name: str, detail: str) -> None:
            problem = _problem("Damaged database", f"{where}/{name}", detail)
            if problem not in self._problems:
                self._problems.append(problem)

        if not os.path.isdir(folder):
            self._problems.append(_problem("Missing database", where, "Aim's folder lacks it"))
            return
        for key, value in iter_pairs(folder, on_damage):
            try:
                yield read_path(key), read_value(value)
            except ValueError:
                on_damage("", "a key that is none of Aim's")

    def _name_sequences(self, tree: Tree) -> None:
        contexts = _mapping(tree.get("contexts"))
        for context, sequences in _mapping(tree.get("traces")).items():
            for name, facts in _mapping(sequences).items():
                kind = str(_mapping(facts).get("dtype", ""))
                kind = kind.removeprefix("list(").removesuffix(")")
                shown = _sequence_name(str(name), _mapping(contexts.get(context)))
                self._names[context, name] = shown, kind

    def _points(self, otherwise_ms: int) -> Iterator[MetricsLogged]:
        """Read the numbers; by step, since Aim keeps one a step."""
        found: dict[tuple[Any, Any], _Series] = {}
        for path, value in self._pairs("seqs"):
            is_hashed = path[1:2] == ("v2",)
            inside = path[4:] if is_hashed else path[3:]
            is_number = isinstance(value, (int, float)) and len(inside) == 4
            if path[0] != _BLOBS and is_number and inside[2] in _COLUMNS:
                series = found.setdefault((inside[0], inside[1]), _Series())
                series.is_hashed = is_hashed
                getattr(series, str(inside[2]))[inside[3]] = value
        for place, series in found.items():
            name = self._names.get(place, (str(place[1]), ""))[0]
            rows = series.rows()
            if rows:
                yield _event(name, series, rows, otherwise_ms)
            if len(rows) < len(series.val):
                detail = f"{len(series.val) - len(rows):,} points of '{name}' have lost their step"
                where = f"seqs/chunks/{self._facts.hash}"
                self._problems.append(_problem("Points left out", where, detail))


def _is_own(path: Path) -> bool:
    """Tell whether a path is of the run and not of Aim's index over all runs."""
    return path[:2] == ("meta", "chunks")


def _event(
    name: str, series: _Series, rows: list[tuple[int, int]], otherwise_ms: int
) -> MetricsLogged:
    times = [series.time.get(row, otherwise_ms / 1000) * 1000 for _, row in rows]
    return points_event(
        name,
        np.array([series.val[row] for _, row in rows], dtype=np.float64),
        np.array([step for step, _ in rows], dtype=np.int64),
        np.array([to_int64(round(time)) for time in times], dtype=np.int64),
    )


def _sequence_name(name: str, context: Mapping[Any, Any]) -> str:
    """Name a sequence by its context too: ``train/loss``, ``system/cpu``, ``loss rank=1``.

    Examples
    --------
    >>> _sequence_name("loss", {"subset": "val", "rank": 1})
    'val/loss rank=1'
    """
    rest = dict(context)
    subset = rest.pop("subset", "")
    shown = f"system/{name[len(_LOAD) :]}" if name.startswith(_LOAD) else name
    parts = [f"{subset}/{shown}" if subset else shown]
    return " ".join([*parts, *(f"{key}={value}" for key, value in sorted(rest.items()))])


def _tags(facts: AimFacts, environment: Mapping[Any, Any]) -> dict[str, str]:
    git = _mapping(environment.get("git_info"))
    commit = _mapping(git.get("commit"))
    notes = [text for text in (facts.description, *facts.notes) if text]
    tags = {
        "aim.run_hash": facts.hash,
        "tags": ", ".join(facts.tags),
        "mlflow.note.content": "\n\n".join(notes),
        "mlflow.source.git.repoURL": git.get("remote_origin_url"),
        "mlflow.source.git.branch": git.get("branch"),
        "mlflow.source.git.commit": commit.get("hash"),
    }
    return {key: str(value) for key, value in tags.items() if value}


def _mapping(value: object) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _problem(what: str, where: str, detail: str) -> Problem:
    return Problem(what=what, where=where, detail=detail, severity="error")
