"""Commands that edit runs: names, tags, notes, statuses, and whether they are hidden."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from reporter.cli.frame import command, json_option, print_json, store_option
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

experiment_option = click.option("--experiment", default="", help="Of this name or id, whole.")


def attach(group: click.Group) -> None:
    """Add the commands to the group."""
    _attach_rename(group)
    _attach_tag(group)
    _attach_note(group)
    _attach_stop(group)
    _attach_delete(group)
    _attach_restore(group)


def _attach_rename(group: click.Group) -> None:
    @command(group, "rename", "report rename 7f3a09c2 baseline")
    @click.argument("run")
    @click.argument("name")
    @store_option
    @json_option
    def rename(run: str, name: str, store: str, as_json: bool) -> None:
        """Give RUN another NAME."""
        _set_tag(store, run, "mlflow.runName", name, as_json)


def _attach_tag(group: click.Group) -> None:
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


def _attach_note(group: click.Group) -> None:
    @command(group, "note", 'report note 7f3a09c2 "**Best** so far; see figure 3."')
    @click.argument("run")
    @click.argument("text")
    @store_option
    @json_option
    def note(run: str, text: str, store: str, as_json: bool) -> None:
        """Write TEXT, in Markdown, as the note of RUN; ``-`` reads it from standard input."""
        content = sys.stdin.read() if text == "-" else text
        _set_tag(store, run, "mlflow.note.content", content, as_json)


def _attach_stop(group: click.Group) -> None:
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


def _attach_delete(group: click.Group) -> None:
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


def _attach_restore(group: click.Group) -> None:
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
