"""The command that sets a view for print."""

from __future__ import annotations

from dataclasses import replace

import click

from reporter.cli.configuring import config_option
from reporter.cli.frame import command, listed, open_runs, source_options, store_argument
from reporter.config import View, load_config
from reporter.errors import InvalidInputError

__all__ = ["attach"]

_WIDTHS_CM = {"column": 8.5, "page": 17.5}
"""Of the usual two-column layouts."""


def attach(group: click.Group) -> None:
    """Add the command to the group."""

    @command(
        group,
        "paper",
        """
        report paper sample_runs --experiment digits-mlp
        report paper sample_runs --experiment digits-mlp --query "params.seed = '0'" -o paper
        report paper runs --view "Best ten" --metrics "val_*" --width 6.5
        """,
    )
    @store_argument
    @click.option("--view", default="", help="A view that report.toml names.")
    @click.option("--experiment", default="", help="Name or id of the experiment.")
    @click.option("--query", default="", help="Only runs that match this filter.")
    @click.option("--columns", default="", help="As in params.lr,metrics.val_loss.")
    @click.option("--sort", default="", help="Columns to sort by; a minus sorts downwards.")
    @click.option("--metrics", default="", help="What to draw, as in val_*,train_loss.")
    @click.option(
        "--width", default="column", show_default=True, help="Of drawings: column, page or cm."
    )
    @click.option(
        "--figures", default="svg,pdf", show_default=True, help="Formats of the drawings."
    )
    @click.option("-o", "--output", default="paper", show_default=True, help="Folder.")
    @config_option
    @source_options
    def paper(
        store: str,
        view: str,
        experiment: str,
        query: str,
        columns: str,
        sort: str,
        metrics: str,
        width: str,
        figures: str,
        output: str,
        config: str,
        format_name: str,
        pairs: tuple[str, ...],
    ) -> None:
        """Write a view of STORE as a LaTeX table and its charts as vector drawings.

        Runs that differ in a seed or a fold alone are one row: mean and 95 % interval. Captions
        name the runs. The table needs the LaTeX package booktabs.
        """
        from reporter.publish.paper import find_view, make_paper, write_paper

        reader = open_runs(store, format_name, pairs)
        settings = load_config(config, reader.location)
        chosen = find_view(settings, view) if view else View(name="")
        chosen = replace(
            chosen,
            experiment=experiment or chosen.experiment,
            query=query or chosen.query,
            columns=listed(columns) or chosen.columns,
            sort=listed(sort) or chosen.sort,
        )
        made = make_paper(
            reader,
            chosen,
            config=settings,
            metrics=listed(metrics),
            formats=_formats(figures),
            width_cm=_width_cm(width),
        )
        for path in write_paper(made, output):
            click.echo(path)
        for note in made.notes:
            click.echo(note, err=True)


def _formats(text: str) -> tuple[str, ...]:
    from reporter.charts.curves import FORMATS

    wanted = listed(text.lower())
    if wrong := [name for name in wanted if name not in FORMATS]:
        raise InvalidInputError(
            f"There is no format '{wrong[0]}'.", f"Known: {', '.join(FORMATS)}."
        )
    return wanted


def _width_cm(text: str) -> float:
    plain = text.strip().lower().removesuffix("cm").strip()
    try:
        width_cm = _WIDTHS_CM.get(plain) or float(plain)
    except ValueError:
        width_cm = 0.0
    if not 2 <= width_cm <= 100:
        raise InvalidInputError(f"'{text}' is no width.", "Write column, page, or cm as in 8.5.")
    return width_cm
