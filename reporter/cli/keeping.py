"""Commands that keep a store: fold, upload, remove, check, merge."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import asdict

import click

from reporter.cli.frame import (
    Progress,
    command,
    count,
    json_option,
    print_json,
    store_argument,
)
from reporter.cli.terminal import echo
from reporter.errors import InvalidInputError

__all__ = ["attach"]

_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def attach(group: click.Group) -> None:
    """Add the commands to the group."""
    _attach_compact(group)
    _attach_sync(group)
    _attach_gc(group)
    _attach_verify(group)
    _attach_merge(group)


def _attach_compact(group: click.Group) -> None:
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


def _attach_sync(group: click.Group) -> None:
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


def _attach_gc(group: click.Group) -> None:
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


def _attach_verify(group: click.Group) -> None:
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


def _attach_merge(group: click.Group) -> None:
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
