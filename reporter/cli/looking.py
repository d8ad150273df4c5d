"""Commands that look at runs: list, show, history, tail."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from reporter.cli.frame import (
    command,
    count,
    json_option,
    open_runs,
    print_json,
    store_argument,
    store_option,
)
from reporter.cli.terminal import echo, print_table
from reporter.errors import InvalidInputError, RunNotFoundError, did_you_mean
from reporter.model import LifecycleStage, RunStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reporter.model import Experiment, Run
    from reporter.store.ports import StoreReader

__all__ = ["attach", "find_run"]

_TAIL_SECONDS = 0.5


def find_run(reader: StoreReader, start: str) -> Run:
    """Return the run whose id begins so; raises RunNotFoundError unless it is exactly one."""
    from reporter.store.layout import is_run_id

    if is_run_id(start):
        return reader.run(start)
    runs = list(reader.runs())
    found = [run for run in runs if run.info.run_id.startswith(start) and start]
    found = found or [run for run in runs if run.info.run_name == start]
    if len(found) == 1:
        return found[0]
    ids = ", ".join(run.info.run_id[:12] for run in found[:5])
    near = did_you_mean(start, [run.info.run_name for run in runs]) if start and not found else ""
    raise RunNotFoundError(
        f"{len(found)} runs are called '{start}': {ids}."
        if found
        else f"No run '{start}' in '{reader.location}'.",
        path=reader.location,
        hint=near or "Give its id, or the beginning of it; 'report list' prints them.",
    )


def attach(group: click.Group) -> None:
    """Add the commands to the group."""
    _attach_list(group)
    _attach_show(group)
    _attach_history(group)
    _attach_tail(group)


def _attach_list(group: click.Group) -> None:
    @command(
        group,
        "list",
        """
        report list
        report list runs --filter "metrics.val_loss < 0.1 AND status = 'FINISHED'"
        report list --order-by "metrics.val_loss ASC" --limit 5 --json
        """,
    )
    @store_argument
    @click.option("--filter", "filter_string", default="", help="As search_runs() takes it.")
    @click.option("--order-by", multiple=True, help='Such as "metrics.loss ASC".')
    @click.option("--limit", type=click.IntRange(min=1), help="Print at most so many.")
    @click.option("--deleted", is_flag=True, help="List deleted runs instead.")
    @json_option
    def list_(
        store: str,
        filter_string: str,
        order_by: tuple[str, ...],
        limit: int | None,
        deleted: bool,
        as_json: bool,
    ) -> None:
        """List the runs of STORE, newest first; STORE may also be what another tool wrote."""
        from reporter.search import keys_asked_for, unknown_keys
        from reporter.search.select import select_runs

        reader = open_runs(store)
        experiments = {item.experiment_id: item for item in reader.experiments()}
        runs = [run for run in reader.runs() if _is_deleted(run, experiments) == deleted]
        chosen = select_runs(runs, filter_string, list(order_by) or None)[:limit]
        for sentence in unknown_keys(keys_asked_for(filter_string, order_by), runs):
            echo(f"Warning: {sentence}", err=True)
        if as_json:
            print_json([run.to_dictionary() for run in chosen])
            return
        names = {key: item.name for key, item in experiments.items()}
        print_table(
            ("run_id", "name", "experiment", "status", "started"),
            [_line(run, names.get(run.info.experiment_id, "")) for run in chosen],
        )
        click.echo(f"{len(chosen)} of {count(len(runs), 'run')}", err=True)
        n_damaged = sum(bool(run.problems) for run in chosen)
        if n_damaged:
            click.echo(f"{count(n_damaged, 'run')} with problems: see 'report verify'", err=True)


def _attach_show(group: click.Group) -> None:
    @command(
        group,
        "show",
        """
        report show 7f3a09c2
        report show calm-heron-417 --store runs --json
        """,
    )
    @click.argument("run")
    @store_option
    @json_option
    def show(run: str, store: str, as_json: bool) -> None:
        """Print everything about RUN: its id, the beginning of it, or its name."""
        found = find_run(open_runs(store), run)
        if as_json:
            print_json(found.to_dictionary())
            return
        _print_run(found)


def _attach_history(group: click.Group) -> None:
    @command(
        group,
        "history",
        """
        report history 7f3a09c2 val_loss
        report history 7f3a09c2 --json
        """,
    )
    @click.argument("run")
    @click.argument("keys", nargs=-1)
    @store_option
    @json_option
    def history(run: str, keys: tuple[str, ...], store: str, as_json: bool) -> None:
        """Print every point of RUN's metrics KEYS (all when none is named), as logged."""
        reader = open_runs(store)
        found = find_run(reader, run)
        for key in keys:
            if key not in found.data.summaries:
                hint = did_you_mean(key, found.data.summaries)
                raise InvalidInputError(f"Run '{run}' has no metric '{key}'.", hint)
        run_id = found.info.run_id
        rows = [
            (series.key, step, at, value)
            for series in reader.history([run_id], keys or None)
            for step, at, value in zip(
                series.steps.tolist(),
                series.timestamps_ms.tolist(),
                series.values.tolist(),
                strict=True,
            )
        ]
        names = ("key", "step", "timestamp_ms", "value")
        if as_json:
            print_json([dict(zip(names, row, strict=True)) for row in rows])
        else:
            print_table(names, [tuple(map(str, row)) for row in rows])
        logged = [
            item.count for key, item in found.data.summaries.items() if key in keys or not keys
        ]
        if len(rows) < sum(logged):
            lost = f"{sum(logged) - len(rows):,} of {sum(logged):,} points cannot be read"
            click.echo(f"{lost}: 'report verify' says why.", err=True)
            sys.exit(1)


def _attach_tail(group: click.Group) -> None:
    @command(
        group,
        "tail",
        """
        report tail 7f3a09c2
        report tail 7f3a09c2 --no-follow --json
        """,
    )
    @click.argument("run")
    @store_option
    @click.option("--follow/--no-follow", default=True, help="Go on until the run ends.")
    @json_option
    def tail(run: str, store: str, follow: bool, as_json: bool) -> None:
        """Print the latest value of each metric of RUN, again whenever one changes.

        With --json each is one line.
        """
        from reporter.store.reader import open_store

        reader = open_store(store)
        run_id = find_run(reader, run).info.run_id
        seen: dict[str, tuple[int, int]] = {}
        is_warned = False
        while True:
            found = reader.run(run_id)
            _print_changes(found, seen, as_json)
            if not follow or RunStatus.is_terminated(found.info.status):
                click.echo(found.info.status, err=True)
                return
            if not found.is_live and not is_warned:
                click.echo("No process on this machine writes it; Ctrl-C ends this.", err=True)
                is_warned = True
            time.sleep(_TAIL_SECONDS)


def _is_deleted(run: Run, experiments: Mapping[str, Experiment]) -> bool:
    """Tell whether a run, or the experiment that it is in, was deleted."""
    experiment = experiments.get(run.info.experiment_id)
    stages = (run.info.lifecycle_stage, experiment.lifecycle_stage if experiment else "")
    return LifecycleStage.DELETED in stages


def _print_changes(run: Run, seen: dict[str, tuple[int, int]], as_json: bool) -> None:
    """Print the metrics that have changed since they were last seen."""
    for key, summary in run.data.summaries.items():
        mark = (summary.last_step, summary.count)
        if seen.get(key) != mark:
            seen[key] = mark
            if as_json:
                record = {"key": key, "step": summary.last_step, "value": summary.last}
                print_json(record | {"timestamp_ms": summary.last_timestamp}, indent=None)
            else:
                echo(f"{key}  step {summary.last_step}  {summary.last!r}")
    sys.stdout.flush()


def _line(run: Run, experiment: str) -> tuple[str, ...]:
    from reporter.site.numbers import format_time_exact

    started = format_time_exact(run.info.start_time) if run.info.start_time is not None else ""
    is_left = run.info.status == RunStatus.RUNNING and not run.is_live
    status = "UNFINISHED" if is_left else run.info.status
    return (run.info.run_id[:12], run.info.run_name, experiment, status, started)


def _print_run(run: Run) -> None:
    echo(f"{run.info.run_name}  {run.info.run_id}  {run.info.status}")
    groups = {
        "params": dict(run.data.params),
        "metrics": {
            key: f"{item.last!r}  (step {item.last_step}, {item.count} points)"
            for key, item in run.data.summaries.items()
        },
        "tags": dict(run.data.tags),
        "artifacts": {item.path: f"{item.size_bytes} bytes" for item in run.artifacts},
    }
    for title, entries in groups.items():
        if entries:
            click.echo(f"\n{title}")
            width = min(40, max(map(len, entries)))
            for key, value in entries.items():
                shown = str(value).replace("\n", f"\n  {'':<{width}}  ")
                echo(f"  {key:<{width}}  {shown}")
    for problem in run.problems:
        echo(f"\n{problem.what}: {problem.where}. {problem.detail}", err=True)
