"""Commands that change or check a store: edits of runs, compaction, removal, merging, checks."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from reporter.cli.frame import (
    Progress,
    command,
    count,
    json_option,
    print_json,
    store_argument,
    store_option,
)
from reporter.cli.looking import find_run
from reporter.cli.terminal import echo
from reporter.errors import (
    ExperimentNotFoundError,
    InvalidInputError,
    RunStateError,
    did_you_mean,
)
from reporter.model import LifecycleStage

if TYPE_CHECKING:
    from reporter.tracking import MlflowClient

__all__ = ["attach"]

_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def attach(group: click.Group) -> None:
    """Add the commands to the group."""
    _attach_edits(group)
    _attach_hiding(group)
    _attach_maintenance(group)


def _attach_edits(group: click.Group) -> None:
    @command(group, "rename", "report rename 7f3a09c2 baseline")
    @click.argument("run")
    @click.argument("name")
    @store_option
    @json_option
    def rename(run: str, name: str, store: str, as_json: bool) -> None:
        """Give RUN another NAME."""
        _set_tag(store, run, "mlflow.runName", name, as_json)

    @command(group, "tag", "report tag 7f3a09c2 team vision\nreport tag 7f3a09c2 team --delete")
    @click.argument("run")
    @click.argument("key")
    @click.argument("value", required=False)
    @click.option("--delete", is_flag=True, help="Remove the tag.")
    @store_option
    @json_option
    def tag(run: str, key: str, value: str | None, delete: bool, store: str, as_json: bool) -> None:
        """Set the tag KEY of RUN to VALUE, or remove it."""
        if delete == (value is not None):
            raise InvalidInputError("Give a value for the tag, or --delete.")
        if value is not None:
            _set_tag(store, run, key, value, as_json)
        else:
            _edit(store, [run], lambda client, run_id: client.delete_tag(run_id, key), as_json)

    @command(group, "note", 'report note 7f3a09c2 "**Best** so far; see figure 3."')
    @click.argument("run")
    @click.argument("text")
    @store_option
    @json_option
    def note(run: str, text: str, store: str, as_json: bool) -> None:
        """Write TEXT, in Markdown, as the note of RUN; ``-`` reads it from standard input."""
        content = sys.stdin.read() if text == "-" else text
        _set_tag(store, run, "mlflow.note.content", content, as_json)

    @command(group, "stop", "report stop 7f3a09c2\nreport stop 7f3a09c2 --status FAILED")
    @click.argument("run")
    @click.option("--status", default="KILLED", show_default=True, help="FINISHED, FAILED, KILLED.")
    @store_option
    @json_option
    def stop(run: str, status: str, store: str, as_json: bool) -> None:
        """Mark RUN, which nobody writes any more, as ended when it last logged something."""
        from reporter.model import RunStatus
        from reporter.store.reader import open_store

        found = find_run(open_store(store), run)
        if RunStatus.is_terminated(found.info.status):
            raise RunStateError(f"Run '{run}' has ended already, as {found.info.status}.")
        if found.is_live:
            raise RunStateError(
                f"Run '{run}' is being written by a process on this machine.", "Stop that first."
            )
        last = found.last_event_time
        _edit(
            store,
            [run],
            lambda client, run_id: client.set_terminated(run_id, status, last),
            as_json,
        )


def _attach_hiding(group: click.Group) -> None:
    experiment_option = click.option("--experiment", default="", help="Of this name or id, whole.")

    @command(group, "delete", "report delete 7f3a09c2 1b84d5f0\nreport delete --experiment drafts")
    @click.argument("runs", nargs=-1)
    @experiment_option
    @store_option
    @json_option
    def delete(runs: tuple[str, ...], experiment: str, store: str, as_json: bool) -> None:
        """Hide RUNS from searches and sites; 'restore' brings them back, 'gc' removes them."""
        if _is_experiment(runs, experiment):
            _hide_experiment(store, experiment, LifecycleStage.DELETED, as_json)
        else:
            _edit(store, runs, lambda client, run_id: client.delete_run(run_id), as_json)

    @command(group, "restore", "report restore 7f3a09c2\nreport restore --experiment drafts")
    @click.argument("runs", nargs=-1)
    @experiment_option
    @store_option
    @json_option
    def restore(runs: tuple[str, ...], experiment: str, store: str, as_json: bool) -> None:
        """Bring deleted RUNS back."""
        if _is_experiment(runs, experiment):
            _hide_experiment(store, experiment, LifecycleStage.ACTIVE, as_json)
        else:
            _edit(store, runs, lambda client, run_id: client.restore_run(run_id), as_json)


def _is_experiment(runs: tuple[str, ...], experiment: str) -> bool:
    if bool(runs) == bool(experiment):
        raise InvalidInputError("Give runs, or --experiment.", "'report list' prints both.")
    return bool(experiment)


def _hide_experiment(store: str, name: str, stage: str, as_json: bool) -> None:
    from reporter.store.reader import open_store
    from reporter.tracking import MlflowClient

    experiments = open_store(store).experiments()
    found = [item for item in experiments if name in (item.name, item.experiment_id)]
    if len(found) != 1:
        hint = did_you_mean(name, [item.name for item in experiments])
        raise ExperimentNotFoundError(f"No experiment '{name}' in '{store}'.", hint=hint)
    client, experiment_id = MlflowClient(store), found[0].experiment_id
    if stage != found[0].lifecycle_stage:
        is_deleted = stage == LifecycleStage.DELETED
        change = client.delete_experiment if is_deleted else client.restore_experiment
        change(experiment_id)
    if as_json:
        print_json({"experiment_id": experiment_id, "name": found[0].name})
    else:
        echo(f"{experiment_id}  {found[0].name}")


def _set_tag(store: str, run: str, key: str, value: str, as_json: bool) -> None:
    _edit(store, [run], lambda client, run_id: client.set_tag(run_id, key, value), as_json)


def _edit(
    store: str,
    runs: Sequence[str],
    change: Callable[[MlflowClient, str], object],
    as_json: bool,
) -> None:
    """Change runs, none of them unless all are found."""
    from reporter.store.reader import open_store
    from reporter.tracking import MlflowClient
    from reporter.tracking.location import settings

    reader, client = open_store(store), MlflowClient(store)
    found = [find_run(reader, run).info for run in runs]
    on_error, settings.on_error = settings.on_error, "raise"  # nothing trains that must go on
    try:
        for info in found:
            change(client, info.run_id)
            if not as_json:
                echo(f"{info.run_id}  {info.run_name}")
    finally:
        settings.on_error = on_error
    if as_json:
        print_json([{"run_id": info.run_id, "run_name": info.run_name} for info in found])


def _attach_maintenance(group: click.Group) -> None:
    @command(group, "compact", "report compact\nreport compact runs --json")
    @store_argument
    @json_option
    def compact(store: str, as_json: bool) -> None:
        """Fold the journals of ended runs in STORE into their Parquet tables.

        Runs do this themselves when they end. Those whose process was stopped did not; they can
        be read all the same, and this makes them smaller. Runs that go on are left alone. In an
        object store, do not run this or 'gc' twice at a time: there are no locks.

        Each run keeps tables of its own. 'report export --format parquet' makes two of all runs,
        for engines that dislike many files.
        """
        from reporter.store.compact import compact_store

        left: list[str] = []
        with Progress() as progress:
            done = compact_store(store, progress, left)
        if as_json:
            print_json({"folded": done, "left": left})
        else:
            click.echo(f"{count(done, 'run')} folded.")
            for where in left:
                click.echo(f"{where} stays in journals: 'report verify' says why.", err=True)

    @command(group, "sync", "report sync\nreport sync s3://bucket/runs")
    @click.argument("store", default="", required=False)
    @json_option
    def sync(store: str, as_json: bool) -> None:
        """Upload what stopped processes logged to the object store STORE (to any by default).

        Processes upload what they log while they run. What one that was killed, or one whose
        bucket did not answer, left on this machine is uploaded by the next one that logs there, or
        by this.
        """
        from reporter.store.remote_spool import take_up

        with Progress() as progress:
            done = take_up(store, progress)
        if as_json:
            print_json({"uploaded": done})
        else:
            click.echo(f"{count(done, 'run')} uploaded.")

    @command(group, "gc", "report gc --dry-run\nreport gc runs --older-than 30d")
    @store_argument
    @click.option("--older-than", default="0s", help="Only what was deleted so long ago: 30d, 12h.")
    @click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
    @json_option
    def gc(store: str, older_than: str, dry_run: bool, as_json: bool) -> None:
        """Remove for good the runs of STORE that were deleted, and those of deleted experiments."""
        from reporter.site.numbers import format_bytes
        from reporter.store.prune import find_prunable, prune

        before = time.time_ns() // 1_000_000 - _duration_ms(older_than)
        with Progress() as progress:
            progress("Looking", 0, 1)
            found = list(find_prunable(store, before + 1))
            freed = sum(f.size_bytes for f in found) if dry_run else prune(found, progress)
        if as_json:
            removed = [asdict(item) for item in found]
            print_json({"removed": removed, "bytes": freed, "dry_run": dry_run})
            return
        for item in found:
            echo(f"{item.run_id}  {item.run_name}  {format_bytes(item.size_bytes)}")
        verb = "would be removed" if dry_run else "removed"
        click.echo(f"{count(len(found), 'deleted run')} {verb}, {format_bytes(freed)}.")

    @command(group, "verify", "report verify\nreport verify runs --json")
    @store_argument
    @json_option
    def verify(store: str, as_json: bool) -> None:
        """Check every table, journal and digest in STORE; exit with 1 when something is wrong."""
        from reporter.store.verify import verify_store

        with Progress() as progress:
            problems = list(verify_store(store, progress))
        if as_json:
            print_json([vars(problem) for problem in problems])
        else:
            for item in problems:
                text = ". ".join(part.rstrip(".") for part in (item.detail, item.hint) if part)
                echo(f"{item.severity}: {item.what}: {item.where}. {text}")
            click.echo(
                f"{count(len(problems), 'problem')}." if problems else "No problems.", err=True
            )
        if problems:
            sys.exit(1)

    @command(group, "merge", "report merge laptop/runs cluster/runs -o runs")
    @click.argument("sources", nargs=-1, required=True)
    @click.option("-o", "--output", required=True, help="Store to merge into; made when missing.")
    @json_option
    def merge(sources: tuple[str, ...], output: str, as_json: bool) -> None:
        """Copy every run of SOURCES into one store; what is there already stays.

        A run that cannot be read is passed over and listed; then the exit code is 1. Merging again
        goes on where it was stopped.
        """
        from reporter.store.combine import merge_stores

        with Progress() as progress:
            result = merge_stores(list(sources), output, progress)
        if as_json:
            print_json(asdict(result))
        else:
            for problem in result.problems:
                echo(f"{problem.what}: {problem.where}. {problem.detail}", err=True)
            n_known = result.n_known
            copied = count(result.n_copied, "run")
            click.echo(f"{output}: {copied} copied, {n_known} were there already")
        if any(problem.severity == "error" for problem in result.problems):
            sys.exit(1)


def _duration_ms(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip())
    if match is None:
        raise InvalidInputError(f"'{text}' is no duration.", "Write 30d, 12h, 45m or 90s.")
    return int(float(match[1]) * _UNITS_MS[match[2]])
