"""The command that brings other tools' runs into a store."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from reporter.cli.frame import (
    Progress,
    command,
    count,
    json_option,
    print_json,
    read_pairs,
    source_options,
)
from reporter.cli.terminal import echo

if TYPE_CHECKING:
    from reporter.importers import ImportResult, SourceImport

__all__ = ["attach"]

# More would scroll away what matters; --json lists all of them.
_SHOWN_PROBLEMS = 20
_SHOWN_SOURCES = 20


def attach(group: click.Group) -> None:
    """Add the command to the group."""

    @command(
        group,
        "import",
        """
        report import mlruns -o runs
        report import ~/project wandb/offline-run-20261121_091500-3kz1q2xw -o runs
        report import results.csv -o runs --format table --option step=epoch
        report import mlruns -o runs --strict --json
        """,
    )
    @click.argument("sources", nargs=-1, required=True)
    @click.option("-o", "--output", default="runs", show_default=True, help="Store to import into.")
    @source_options
    @click.option("--experiment", default="", help="Experiment for runs of tools that have none.")
    @click.option("--strict", is_flag=True, help="Exit with 1 when there are problems.")
    @json_option
    def import_command(
        sources: tuple[str, ...],
        output: str,
        format_name: str,
        experiment: str,
        pairs: tuple[str, ...],
        strict: bool,
        as_json: bool,
    ) -> None:
        """Bring the runs in SOURCES, which other tools wrote, into a store.

        A source is recognised by its content; a folder may hold several, of several tools. Nothing
        is written into it. Importing again brings only what is new, also after an interrupt.
        """
        from reporter.importers import ImportOptions, import_sources

        options = ImportOptions(values=read_pairs(pairs), experiment=experiment)
        try:
            with Progress() as progress:
                result = import_sources(
                    sources, output, format_name=format_name, options=options, progress=progress
                )
        except KeyboardInterrupt:
            click.echo("Interrupted. What was imported stays; import again to go on.", err=True)
            sys.exit(1)
        if as_json:
            print_json(_record(result))
        else:
            for source in result.sources[:_SHOWN_SOURCES]:
                click.echo(_summary(source))
            _print_rest(result.sources[_SHOWN_SOURCES:])
            _print_problems(result.sources)
        if strict and result.problems:
            sys.exit(1)


def _summary(source: SourceImport) -> str:
    runs = [
        f"{number:,} {word}"
        for number, word in (
            (source.n_new, "new"),
            (source.n_updated, "updated"),
            (source.n_unchanged, "unchanged"),
            (source.n_kept, "left out"),
        )
        if number
    ]
    told = f" ({', '.join(runs)})" if runs else ""
    parts = [f"{count(source.n_runs, 'run')}{told}", count(source.n_experiments, "experiment")]
    if source.n_points or source.n_files:
        parts += [count(source.n_points, "point"), count(source.n_files, "file")]
    if source.problems:
        parts.append(count(len(source.problems), "problem"))
    return f"{source.path} [{source.format}]: {', '.join(parts)}"


def _print_rest(sources: list[SourceImport]) -> None:
    """Count what further sources brought: a folder may hold a thousand tables."""
    if sources:
        n_runs = sum(source.n_runs for source in sources)
        click.echo(f"... and {count(len(sources), 'more source')}: {count(n_runs, 'run')}")


def _print_problems(sources: list[SourceImport]) -> None:
    """Print what is wrong; of several sources, each with the one that it is in."""
    lines = [
        f"{item.what}: {os.path.join(source.path, item.where) if sources[1:] else item.where}. "
        + ". ".join(part.rstrip(".") for part in (item.detail, item.hint) if part)
        for source in sources
        for item in source.problems
    ]
    for line in lines[:_SHOWN_PROBLEMS]:
        echo(line, err=True)
    if lines[_SHOWN_PROBLEMS:]:
        hidden = len(lines) - _SHOWN_PROBLEMS
        click.echo(f"... and {hidden:,} more; --json lists all of them.", err=True)


def _record(result: ImportResult) -> dict[str, Any]:  # Any: as JSON has it
    sources = [
        {
            "path": source.path,
            "format": source.format,
            "runs": source.n_runs,
            "new": source.n_new,
            "updated": source.n_updated,
            "unchanged": source.n_unchanged,
            "kept": source.n_kept,
            "experiments": source.n_experiments,
            "points": source.n_points,
            "files": source.n_files,
            "problems": [vars(problem) for problem in source.problems],
        }
        for source in result.sources
    ]
    return {"store": result.store, "sources": sources}
