"""Commands that change or check a store: edits of runs, compaction, removal, merging, checks."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
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
from reporter.errors import InvalidInputError, RunStateError

if TYPE_CHECKING:
    from reporter.tracking import MlflowClient

__all__ = ["attach"]

_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def attach(group: click.Group) -> None:
    """Add the commands to the group."""
    _attach_edits(group)
    _attach_maintenance(group)


def _attach_edits(group: click.Group) -> None:
    @command(group, "rename", "report rename 7f3a09c2 baseline")
    @click.argument("run")
    @click.argument("name")
    @store_option
    def rename(run: str, name: str, store: str) -> None:
        """Give RUN another NAME."""
        _edit(store, run, lambda client, run_id: client.set_tag(run_id, "mlflow.runName", name))

    @command(group, "tag", "report tag 7f3a09c2 team vision\nreport tag 7f3a09c2 team --delete")
    @click.argument("run")
    @click.argument("key")
    @click.argument("value", required=False)
    @click.option("--delete", is_flag=True, help="Remove the tag.")
    @store_option
    def tag(run: str, key: str, value: str | None, delete: bool, store: str) -> None:
        """Set the tag KEY of RUN to VALUE, or remove it."""
        if delete == (value is not None):
            raise InvalidInputError("Give a value for the tag, or --delete.")
        if delete:
            _edit(store, run, lambda client, run_id: client.delete_tag(run_id, key))
        else:
            _edit(store, run, lambda client, run_id: client.set_tag(run_id, key, value))

    @command(group, "note", 'report note 7f3a09c2 "**Best** so far; see figure 3."')
    @click.argument("run")
    @click.argument("text")
    @store_option
    def note(run: str, text: str, store: str) -> None:
        """Write TEXT, in Markdown, as the note of RUN; ``-`` reads it from standard input."""
        content = sys.stdin.read() if text == "-" else text
        key = "mlflow.note.content"
        _edit(store, run, lambda client, run_id: client.set_tag(run_id, key, content))

    @command(group, "stop", "report stop 7f3a09c2\nreport stop 7f3a09c2 --status FAILED")
    @click.argument("run")
    @click.option("--status", default="KILLED", show_default=True, help="FINISHED, FAILED, KILLED.")
    @store_option
    def stop(run: str, status: str, store: str) -> None:
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
        _edit(store, run, lambda client, run_id: client.set_terminated(run_id, status, last))

    @command(group, "delete", "report delete 7f3a09c2 1b84d5f0")
    @click.argument("runs", nargs=-1, required=True)
    @store_option
    def delete(runs: tuple[str, ...], store: str) -> None:
        """Hide RUNS from searches and sites; 'restore' brings them back, 'gc' removes them."""
        for run in runs:
            _edit(store, run, lambda client, run_id: client.delete_run(run_id))

    @command(group, "restore", "report restore 7f3a09c2")
    @click.argument("runs", nargs=-1, required=True)
    @store_option
    def restore(runs: tuple[str, ...], store: str) -> None:
        """Bring deleted RUNS back."""
        for run in runs:
            _edit(store, run, lambda client, run_id: client.restore_run(run_id))


def _edit(store: str, run: str, change: Callable[[MlflowClient, str], object]) -> None:
    from reporter.store.reader import open_store
    from reporter.tracking import MlflowClient

    found = find_run(open_store(store), run)
    change(MlflowClient(store), found.info.run_id)
    click.echo(f"{found.info.run_id}  {found.info.run_name}")


def _attach_maintenance(group: click.Group) -> None:
    @command(group, "compact", "report compact\nreport compact runs --json")
    @store_argument
    @json_option
    def compact(store: str, as_json: bool) -> None:
        """Fold the journals of ended runs in STORE into their Parquet tables.

        Runs do this themselves when they end. Those whose process was stopped did not; they can
        be read all the same, and this makes them smaller. Runs that go on are left alone.
        """
        from reporter.store.compact import compact_store

        with Progress() as progress:
            done = compact_store(store, progress)
        if as_json:
            print_json({"folded": done})
        else:
            click.echo(f"{count(done, 'run')} folded.")

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
        found = list(find_prunable(store, before + 1))
        with Progress() as progress:
            freed = sum(f.size_bytes for f in found) if dry_run else prune(found, progress)
        if as_json:
            removed = [asdict(item) for item in found]
            print_json({"removed": removed, "bytes": freed, "dry_run": dry_run})
            return
        for item in found:
            click.echo(f"{item.run_id}  {item.run_name}  {format_bytes(item.size_bytes)}")
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
                click.echo(f"{item.severity}: {item.what}: {item.where}. {text}")
            click.echo(
                f"{count(len(problems), 'problem')}." if problems else "No problems.", err=True
            )
        if problems:
            sys.exit(1)

    @command(group, "merge", "report merge laptop/runs cluster/runs -o runs")
    @click.argument("sources", nargs=-1, required=True)
    @click.option("-o", "--output", required=True, help="Store to merge into; made when missing.")
    def merge(sources: tuple[str, ...], output: str) -> None:
        """Copy every run of SOURCES into one store; what is there already stays."""
        from reporter.store.combine import merge_stores

        with Progress() as progress:
            result = merge_stores(list(sources), output, progress)
        for problem in result.problems:
            click.echo(f"{problem.what}: {problem.where}. {problem.detail}", err=True)
        click.echo(
            f"{output}: {count(result.n_copied, 'run')} copied, {result.n_known} were there already"
        )


def _duration_ms(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip())
    if match is None:
        raise InvalidInputError(f"'{text}' is no duration.", "Write 30d, 12h, 45m or 90s.")
    return int(float(match[1]) * _UNITS_MS[match[2]])
