"""The command that writes runs for other programs."""

from __future__ import annotations

import click

from reporter.cli.frame import (
    Progress,
    command,
    count,
    json_option,
    open_runs,
    print_json,
    store_argument,
)
from reporter.cli.terminal import echo

__all__ = ["attach"]

# More would scroll away what matters; --json lists all of them.
_SHOWN_PROBLEMS = 20


def attach(group: click.Group) -> None:
    """Add the command to the group."""

    @command(
        group,
        "export",
        """
        report export -o tables --format parquet
        report export -o tables --format parquet --replace
        report export runs -o tables --format csv --filter "metrics.loss < 0.5"
        report export runs -o for_mlflow --format mlflow --experiment parabola
        report export runs -o for_mlflow --format mlflow-sqlite --json
        """,
    )
    @store_argument
    @click.option("-o", "--output", required=True, help="Folder to write; it may not exist yet.")
    @click.option(
        "--format",
        "format_name",
        default="parquet",
        show_default=True,
        help="parquet, csv, json, mlflow (a folder) or mlflow-sqlite (a database).",
    )
    @click.option("--experiment", "experiments", multiple=True, help="Name or id; repeatable.")
    @click.option("--filter", "filter_string", default="", help="Only runs that pass this filter.")
    @click.option("--deleted", is_flag=True, help="Deleted runs and experiments too.")
    @click.option(
        "--artifact-root", default="", help="URI at which MLflow will find the artifacts."
    )
    @click.option("--replace", is_flag=True, help="Bring an earlier export of tables up to date.")
    @click.option("--from", "source_format", default="", help="Which tool wrote STORE; recognised.")
    @json_option
    def export(
        store: str,
        output: str,
        format_name: str,
        experiments: tuple[str, ...],
        filter_string: str,
        deleted: bool,
        artifact_root: str,
        replace: bool,
        source_format: str,
        as_json: bool,
    ) -> None:
        """Write the runs of STORE for other programs, MLflow among them.

        The output appears when it is complete. What a form has no place for is listed.
        """
        from reporter.exports import export_runs, get_exporter, select

        get_exporter(format_name)  # a wrong name is told before anything is read
        reader = open_runs(store, source_format)
        selection = select(reader, experiments, filter_string, with_deleted=deleted)
        with Progress() as progress:
            result = export_runs(
                selection,
                output,
                format_name,
                artifact_root=artifact_root,
                is_replacing=replace,
                progress=progress,
            )
        if as_json:
            problems = [vars(problem) for problem in result.problems]
            print_json({**vars(result), "problems": problems})
            return
        for problem in result.problems[:_SHOWN_PROBLEMS]:
            told = f"{problem.what}: {problem.where}. {problem.detail} {problem.hint}"
            echo(told.rstrip(), err=True)
        if len(result.problems) > _SHOWN_PROBLEMS:
            click.echo(f"... and {len(result.problems) - _SHOWN_PROBLEMS:,} more", err=True)
        written = f"{count(result.runs, 'run')}, {count(result.points, 'point')}"
        click.echo(f"{output}: {written}, {count(result.artifacts, 'artifact')}")
