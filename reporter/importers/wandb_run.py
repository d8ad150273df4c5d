"""One run of W&B's: its logs and files as our events and artifacts.

What the log of a process says is taken record by record; a resumed run has a log for each process.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from reporter.events import Event, MetricDefined, ParamsLogged, RunEnded, RunStarted, TagsSet
from reporter.importers import wandb_log
from reporter.importers.figures import bytes_artifact
from reporter.importers.files import FoundFile, artifact_of, find_file, walk_files
from reporter.importers.gaps import Gaps
from reporter.importers.loose_values import LooseValues, as_number
from reporter.importers.media_values import MediaValues
from reporter.importers.params import flatten_params
from reporter.importers.point_buffer import PointBuffer, to_int64
from reporter.importers.records import ArtifactSource, fingerprint_of
from reporter.importers.wire import Message
from reporter.model import MetricDefinition, Problem, RunStatus

__all__ = ["WandbLog", "WandbRun", "console_text"]

_CONSOLE = "output.log"  # what our own capture of printed text is called too
_SUMMARY = "wandb-summary.json"
_METADATA = "wandb-metadata.json"
_MAX_METADATA_BYTES = 1_000_000
_TABLE_ARTIFACT = "run_table"  # the table itself is among the run's files
_MAX_NAMED = 5
_HINTS = {
    "Artifacts left out": "Their files are not in this folder; import them from where they lie",
    "TensorBoard logs left out": "Import that folder too",
}
_BEST = {1: "min", 2: "max", 3: "mean", 5: "last"}  # MetricSummary's fields
_DIRECTION = {1: "min", 2: "max"}  # MetricGoal


@dataclass(frozen=True)
class WandbLog:
    """One process's log.

    Parameters
    ----------
    path, where : str
        On disk, and relative to the source.
    head : RunHead
    """

    path: str
    where: str
    head: wandb_log.RunHead


class WandbRun:
    """A run, read once.

    Parameters
    ----------
    root : str
        The source's folder; links that lead out of it are not followed.
    logs : sequence of WandbLog
        Of one run, in the order of their processes.
    """

    def __init__(self, root: str, logs: Sequence[WandbLog]) -> None:
        self._root = root
        self._logs = logs
        self._head = logs[-1].head
        self._points = PointBuffer()
        self._loose = LooseValues()
        self._media = MediaValues()
        self._config: dict[str, Any] = {}
        self._summary: dict[str, Any] = {}
        self._definitions: list[Message] = []
        self._alerts: list[tuple[str, str, str]] = []
        self._surroundings: dict[str, str] = {}
        self._saved: set[str] = set()
        # What has no place here: a name for each kind of it, and which there are.
        self._left_out: dict[str, set[str]] = {}
        self._console: list[str] = []
        self._stats_step = 0
        self._last = (0, 0)
        self._exit_code: int | None = None

    def fingerprint(self) -> str:
        """Condense what the run's files look like."""
        facts: list[tuple[object, ...]] = []
        for log in self._logs:
            found = os.stat(log.path)
            facts.append((log.where, found.st_size, found.st_mtime_ns))
        files = (item for item in self._walk() if isinstance(item, FoundFile))
        facts += [(item.path, item.size_bytes, item.modified_ns) for item in files]
        return fingerprint_of(facts)

    def events(self) -> Iterator[Event | Problem]:
        """Read the logs; what is not an event yet comes as an artifact afterwards."""
        start_ms = self._logs[0].head.start_ms
        yield RunStarted(
            at_ms=start_ms,
            run_id="",
            experiment_id="",
            run_name=self._head.name or self._head.run_id,
        )
        for log in self._logs:
            self._exit_code = None
            gaps = Gaps()
            try:
                for kind, record in wandb_log.iter_messages(log.path, gaps):
                    _TAKE[kind](self, record)
            except OSError as error:
                yield _problem("Unreadable W&B log", log.where, str(error.strerror))
            if gaps:
                yield _problem("Damaged W&B log", log.where, gaps.describe())
        yield from self._facts(start_ms)
        self._add_summary()
        yield from self._points.events()
        yield from self._problems()
        if self._exit_code is not None:
            status = RunStatus.FAILED if self._exit_code else RunStatus.FINISHED
            yield RunEnded(at_ms=max(self._last[1], start_ms), status=status)

    def artifacts(self) -> Iterator[ArtifactSource | Problem]:
        """Yield the files of the run, and those made of what the logs hold."""
        there = set()
        for item in self._walk():
            if isinstance(item, Problem):
                yield item
                continue
            there.add(item.path)
            artifact, media = artifact_of(item, item.path), self._media.files.get(item.path)
            yield replace(artifact, **vars(media)) if media else artifact
        yield from self._missing(there)
        yield from self._media.artifacts()
        yield from self._loose.artifacts()
        if self._console and _CONSOLE not in there:
            yield bytes_artifact(_CONSOLE, console_text(self._console), kind="text")
        if self._summary and _SUMMARY not in there:
            yield bytes_artifact(_SUMMARY, _json(self._summary), kind="dict")
        if self._alerts:
            table = {"columns": ["level", "title", "text"], "data": self._alerts}
            yield bytes_artifact("alerts.json", _json(table), kind="table")

    def _walk(self) -> Iterator[FoundFile | Problem]:
        """Yield the files of all folders of the run; of one name, the last folder's."""
        found: dict[str, FoundFile | Problem] = {}
        for log in self._logs:
            folder = os.path.join(os.path.dirname(log.path), "files")
            where = posixpath.join(posixpath.dirname(log.where), "files")
            for item in walk_files(folder, self._root, where):
                name = item.where if isinstance(item, Problem) else item.path
                found[name] = item
        yield from found.values()

    def _missing(self, there: set[str]) -> Iterator[Problem]:
        """List what the log names and the folders do not have, unless it is a dead link there."""
        folders = [os.path.join(os.path.dirname(log.path), "files") for log in self._logs]
        where = posixpath.join(posixpath.dirname(self._logs[-1].where), "files")
        for path in sorted((self._saved | set(self._media.files)) - there):
            if not any(os.path.lexists(os.path.join(folder, path)) for folder in folders):
                yield Problem(
                    what="Missing artifact",
                    where=f"{where}/{path}",
                    detail="the run's log names it, its folder does not have it",
                    hint="Copy the file there, then import again",
                    severity="error",
                )

    def take_row(self, record: Message) -> None:
        """Take one call of ``log``."""
        row = wandb_log.read_row(record)
        self._last = max(self._last, (row.step, row.time_ms))
        for key, value in _flat(row.values):
            number = as_number(value)
            if number is not None:
                self._points.add(key, number, to_int64(row.step), row.time_ms)
            elif not isinstance(value, Mapping) or not self._media.add(key, value, *self._last):
                self._loose.add(key, value, row.step)

    def take_config(self, record: Message) -> None:
        """Take a change of the configuration."""
        wandb_log.update(self._config, record)

    def take_head(self, record: Message) -> None:
        """Take what the run began with."""
        self._config.update(wandb_log.read_run(record).config)

    def take_summary(self, record: Message) -> None:
        """Take a change of the summary."""
        wandb_log.update(self._summary, record)

    def take_output(self, record: Message) -> None:
        """Take a piece of what was printed."""
        self._console.append(record.text(3))

    def take_definition(self, record: Message) -> None:
        """Take a call of ``define_metric``."""
        self._definitions.append(record)

    def take_files(self, record: Message) -> None:
        """Take names of saved files."""
        self._saved |= {path for item in record.messages(1) if _is_plain(path := item.text(1))}

    def take_artifact(self, record: Message) -> None:
        """Note an artifact that the run made, unless it is what a logged table is wrapped in."""
        if record.text(4) != _TABLE_ARTIFACT:
            self._leave_out("Artifacts left out", record.text(5), record.text(4))

    def take_used_artifact(self, record: Message) -> None:
        """Note an artifact that the run read."""
        self._leave_out("Used artifacts left out", record.text(3), record.text(2))

    def take_tensorboard(self, record: Message) -> None:
        """Note a folder of event files that stood beside the run."""
        self._leave_out("TensorBoard logs left out", record.text(1), "")

    def _leave_out(self, what: str, name: str, kind: str) -> None:
        shown = f"'{name}' ({kind})" if kind else f"'{name}'"
        self._left_out.setdefault(what, set()).add(shown)

    def _problems(self) -> Iterator[Problem]:
        for what, names in sorted(self._left_out.items()):
            shown = ", ".join(sorted(names)[:_MAX_NAMED])
            more = f" and {len(names) - _MAX_NAMED:,} more" if len(names) > _MAX_NAMED else ""
            yield Problem(
                what=what,
                where=self._logs[-1].where,
                detail=shown + more,
                hint=_HINTS.get(what, ""),
            )

    def take_alert(self, record: Message) -> None:
        """Take an alert."""
        self._alerts.append((record.text(3), record.text(1), record.text(2)))

    def take_exit(self, record: Message) -> None:
        """Take the code that the process ended with."""
        self._exit_code = record.integer(1)

    def take_stats(self, record: Message) -> None:
        """Take one sample of the system's load."""
        time_ms = wandb_log.timestamp_ms(record.message(2))
        for item in record.messages(3):
            number = as_number(wandb_log.read_value(item))
            if number is not None:
                self._points.add(f"system/{item.text(1)}", number, self._stats_step, time_ms)
        self._stats_step += 1

    def take_environment(self, record: Message) -> None:
        """Take what is known of machine and code."""
        git = record.message(9)
        self._surroundings = {
            "mlflow.user": record.text(13),
            "mlflow.source.name": record.text(6),
            "mlflow.source.git.repoURL": git.text(1),
            "mlflow.source.git.commit": git.text(2),
            "reporter.host": record.text(12),
            "reporter.python": record.text(2).rpartition(" ")[2],
        }

    def _read_surroundings(self) -> dict[str, str]:
        """Read what versions before 0.19 kept in a file of its own."""
        path = os.path.join(os.path.dirname(self._logs[-1].path), "files", _METADATA)
        found = find_file(path, self._root, _METADATA)
        try:
            with open(found.file if isinstance(found, FoundFile) else os.devnull, "rb") as file:
                facts = json.loads(file.read(_MAX_METADATA_BYTES))
        except (OSError, ValueError, RecursionError):
            facts = None
        if not isinstance(facts, dict):
            return {}
        git = facts["git"] if isinstance(facts.get("git"), dict) else {}
        named = {
            "mlflow.user": facts.get("username"),
            "mlflow.source.name": facts.get("program"),
            "mlflow.source.git.repoURL": git.get("remote"),
            "mlflow.source.git.commit": git.get("commit"),
            "reporter.host": facts.get("host"),
            "reporter.python": facts.get("python"),
        }
        return {key: value for key, value in named.items() if isinstance(value, str)}

    def _facts(self, at_ms: int) -> Iterator[Event]:
        """Yield what the log says of the run as a whole."""
        head = self._head
        tags = {
            **(self._surroundings or self._read_surroundings()),
            "mlflow.note.content": head.notes,
            "group": head.group,
            "job_type": head.job_type,
            "tags": ", ".join(head.tags),
            "wandb.run_id": head.run_id,
            "wandb.entity": head.entity,
            "wandb.sweep_id": head.sweep_id,
        }
        tags["reporter.host"] = tags.get("reporter.host") or head.host
        yield TagsSet(at_ms=at_ms, tags={key: value for key, value in tags.items() if value})
        self._config.pop("_wandb", None)
        if self._config:
            yield ParamsLogged(at_ms=at_ms, params=flatten_params(self._config))
        for record in self._definitions:
            yield from self._define(at_ms, record)

    def _define(self, at_ms: int, record: Message) -> Iterator[Event]:
        """Translate ``define_metric``: W&B's goal, and which value its summary keeps."""
        summary, goal = record.message(7), record.integer(8)
        best = next((word for number, word in _BEST.items() if summary.integer(number)), "")
        direction = _DIRECTION.get(goal, "")
        pattern = record.text(1) or record.text(2)
        if best or direction:
            for key in self._points:
                if fnmatchcase(key, pattern):
                    definition = MetricDefinition(key=key, direction=direction, best=best)
                    yield MetricDefined(at_ms=at_ms, definition=definition)

    def _add_summary(self) -> None:
        """Make points of numbers that were set in the summary and logged nowhere."""
        step, time_ms = self._last
        for key, value in _flat(self._summary):
            number = as_number(value)
            is_own = key.startswith("_") or key.rpartition(".")[0] in self._points
            if number is not None and key not in self._points and not is_own:
                self._points.add(key, number, to_int64(step), time_ms)


_TAKE: dict[int, Callable[[WandbRun, Message], None]] = {
    wandb_log.HISTORY: WandbRun.take_row,
    wandb_log.SUMMARY: WandbRun.take_summary,
    wandb_log.CONFIG: WandbRun.take_config,
    wandb_log.RUN: WandbRun.take_head,
    wandb_log.OUTPUT: WandbRun.take_output,
    wandb_log.OUTPUT_RAW: WandbRun.take_output,
    wandb_log.STATS: WandbRun.take_stats,
    wandb_log.METRIC: WandbRun.take_definition,
    wandb_log.FILES: WandbRun.take_files,
    wandb_log.ARTIFACT: WandbRun.take_artifact,
    wandb_log.USED_ARTIFACT: WandbRun.take_used_artifact,
    wandb_log.TENSORBOARD: WandbRun.take_tensorboard,
    wandb_log.ALERT: WandbRun.take_alert,
    wandb_log.EXIT: WandbRun.take_exit,
    wandb_log.ENVIRONMENT: WandbRun.take_environment,
}


# Any: as JSON has it
def _flat(values: Mapping[str, Any], above: str = "", depth: int = 16) -> Iterator[tuple[str, Any]]:
    """Yield leaves by their path with dots, as W&B's pages name them; media are leaves."""
    for key, value in values.items():
        if isinstance(value, Mapping) and "_type" not in value and depth:
            yield from _flat(value, f"{above}{key}.", depth - 1)
        else:
            yield f"{above}{key}", value


def _is_plain(path: str) -> bool:
    """Tell a file's name from a pattern of names."""
    return bool(path) and not set(path) & set("*?[")


def console_text(pieces: Sequence[str]) -> bytes:
    r"""Write what was printed as a terminal would leave it.

    Examples
    --------
    >>> console_text(["one\ntwo", " 1%\rtwo 2%\r\nend"])
    b'one\ntwo 2%\nend'
    """
    lines = "".join(pieces).replace("\r\n", "\n").split("\n")
    kept = (line.rstrip("\r").rpartition("\r")[2] for line in lines)
    return "\n".join(kept).encode("utf-8", "replace")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "replace")


def _problem(what: str, where: str, detail: str) -> Problem:
    return Problem(what=what, where=where, detail=detail, severity="error")
