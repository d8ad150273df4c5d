"""The command that prints the link to a view."""

from __future__ import annotations

import click

from reporter.cli.frame import (
    command,
    json_option,
    listed,
    open_runs,
    print_json,
    source_options,
    store_argument,
)
from reporter.config import View

__all__ = ["attach"]


def attach(group: click.Group) -> None:
    """Add the command to the group."""

    @command(
        group,
        "view",
        """
        report view sample_runs --experiment digits-mlp --group repeats --sort=-metrics.val_acc
        report view runs --query "status = 'FAILED'" --columns params.lr,metrics.loss
        report view runs --site https://example.org/report --group params.model,params.lr
        """,
    )
    @store_argument
    @click.option("--experiment", default="", help="Name or id of the experiment.")
    @click.option("--columns", default="", help="As in params.lr,metrics.val_loss.")
    @click.option("--sort", default="", help="Columns to sort by; a minus sorts downwards.")
    @click.option("--query", default="", help="Filter, as typed into the search field.")
    @click.option(
        "--group",
        default="",
        help='Columns to group by; "repeats": all params but the seed; "tree": parents, children.',
    )
    @click.option("--tab", default="", help="Part of the page: runs, charts, images, notes, about.")
    @click.option(
        "--site", default="site", show_default=True, help="Folder or address of the site."
    )
    @json_option
    @source_options
    def view(
        store: str,
        experiment: str,
        columns: str,
        sort: str,
        query: str,
        group: str,
        tab: str,
        site: str,
        as_json: bool,
        format_name: str,
        pairs: tuple[str, ...],
    ) -> None:
        """Print the link to a view of STORE's runs: its columns, order, filter and groups."""
        from reporter.publish.view_link import view_address

        wanted = View(
            name="",
            experiment=experiment,
            columns=listed(columns),
            sort=listed(sort),
            query=query,
            group=listed(group),
            tab=tab,
        )
        found = view_address(open_runs(store, format_name, pairs), wanted, site=site)
        if as_json:
            print_json({"link": found.link, "notes": list(found.notes)})
        else:
            click.echo(found.link)
        for note in () if as_json else found.notes:
            click.echo(note, err=True)
