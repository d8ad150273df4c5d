"""The command that shows runs while they go on."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from reporter.cli.configuring import config_option
from reporter.cli.frame import (
    Progress,
    command,
    count,
    read_pairs,
    source_options,
    store_argument,
)

if TYPE_CHECKING:
    from reporter.errors import ReporterError
    from reporter.site.build import BuildResult

__all__ = ["attach"]


def attach(group: click.Group) -> None:
    """Add the command to the group."""

    @command(
        group,
        "serve",
        """
        report serve
        report serve runs --open
        report serve runs -o site --port 8765
        """,
    )
    @store_argument
    @click.option("-o", "--output", default="", help="Folder for the site; temporary if not given.")
    @click.option("--port", type=click.IntRange(0, 65535), help="The first free from 8000 if not.")
    @click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
    @click.option("--open", "opens", is_flag=True, help="Open the site in the browser.")
    @click.option("--title", default="", help="Title of the site; the store's name by default.")
    @click.option("--full-data/--no-full-data", help="Offer all points as Parquet and CSV.")
    @config_option
    @source_options
    def serve(
        store: str,
        output: str,
        port: int | None,
        host: str,
        opens: bool,
        title: str,
        full_data: bool,
        config: str,
        format_name: str,
        pairs: tuple[str, ...],
    ) -> None:
        """Build the site of STORE, serve it to this machine, and follow its runs.

        STORE may be whatever 'report build' takes, or a folder that holds a built site. Pages load
        themselves again when what they show has changed. Ctrl-C ends it.
        """
        from reporter.publish.serve import ServeSettings, open_serving

        settings = ServeSettings(
            source=store, output=output, host=host, port=port, config=config, title=title,
            full_data=full_data, format_name=format_name, options=read_pairs(pairs),
        )  # fmt: skip
        if not settings.is_loopback:
            click.echo(
                f"Warning: whoever can reach this machine at '{host}' can read the report.",
                err=True,
            )
        with _ended_by_signal(), open_serving(settings) as serving:
            with Progress() as progress:
                result = serving.refresh(progress)
            click.echo(serving.url)
            sys.stdout.flush()
            _tell(result, 0)
            click.echo("Ctrl-C ends it.", err=True)
            if opens:
                click.launch(serving.url)
            serving.follow(threading.Event(), _tell)


@contextlib.contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Take an interrupt or SIGTERM for the end that was meant, and tidy up on the way out."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Ended.", err=True)
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(outcome: BuildResult | ReporterError | None, took_s: float) -> None:
    """Say on stderr what a build came to."""
    from reporter.errors import ReporterError

    now = time.strftime("%H:%M:%S")
    if isinstance(outcome, ReporterError):
        click.echo(f"{now}  Not built: {outcome}", err=True)
    elif outcome is not None:
        problems = f", {count(len(outcome.problems), 'problem')}" if outcome.problems else ""
        took = f" in {took_s:.1f} s" if took_s else ""
        click.echo(f"{now}  Built{took}: {count(outcome.n_runs, 'run')}{problems}", err=True)
