"""The command line: parse options, call one library function, print.

Results go to stdout, messages and progress to stderr. Exit codes: 0 done, 1 a check found
something, 2 wrong use.
"""

from __future__ import annotations

import click

from reporter import __version__
from reporter.cli import (
    building,
    configuring,
    editing,
    exporting,
    importing,
    keeping,
    looking,
    packing,
    papers,
    publishing,
    serving,
    telling,
    viewing,
)

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="runpages")
def main() -> None:
    """Compile logged machine-learning runs into a static site that needs no server."""


for module in (
    building,
    packing,
    papers,
    viewing,
    importing,
    exporting,
    serving,
    publishing,
    telling,
    configuring,
    looking,
    editing,
    keeping,
):
    module.attach(main)
