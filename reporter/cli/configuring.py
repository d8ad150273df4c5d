"""The command that begins a configuration."""

from __future__ import annotations

import os

import click

from reporter.cli.frame import command
from reporter.config import FILE_NAME, sample
from reporter.errors import InvalidInputError

__all__ = ["attach", "config_option"]

config_option = click.option(
    "--config", default="", help="The report.toml to use; else the store's, else the one here."
)


def attach(group: click.Group) -> None:
    """Add the command to the group."""

    @command(group, "init", "report init\nreport init runs")
    @click.argument("folder", default=".", required=False)
    def init(folder: str) -> None:
        """Write a report.toml into FOLDER in which every setting is explained.

        'report build' finds it in the store and in the working directory. A file that is there
        already is left as it is.
        """
        from reporter.site.writing.whole_file import write_whole

        path = os.path.normpath(os.path.join(folder, FILE_NAME))
        if os.path.lexists(path):
            raise InvalidInputError(
                f"'{path}' is there already.", "Edit it, or move it away for a new one."
            )
        write_whole(path, sample().encode())
        click.echo(path)
