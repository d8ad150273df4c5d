"""The command line: parse options, call one library function, print.

Results go to stdout, messages and progress to stderr. Exit codes: 0 done, 1 a check found
something, 2 wrong use.
"""

from __future__ import annotations

import functools
import json
import sys
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

import reporter
from reporter.errors import ReporterError

if TYPE_CHECKING:
    from reporter.site.build import BuildResult

__all__ = ["main"]

_F = TypeVar("_F", bound=Callable[..., Any])  # Any: a command takes what its options say


class _Examples(click.Command):
    """A command whose help ends with examples, printed as they stand."""

    examples: str = ""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the examples."""
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples.strip().splitlines():
                    formatter.write(f"  {line.strip()}\n")


def _with_examples(text: str) -> Callable[[click.Command], click.Command]:
    def attach(command: click.Command) -> click.Command:
        if isinstance(command, _Examples):
            command.examples = text
        return command

    return attach


def _explain_errors(function: _F) -> _F:
    """Print what the library raises on purpose as one sentence and exit with 2."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:  # Any: see _F
        warnings.showwarning = _show_warning
        try:
            return function(*args, **kwargs)
        except ReporterError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(2)
        except OSError as error:
            where = f" '{error.filename}'" if error.filename else ""
            click.echo(f"Error: {error.strerror or error}{where}.", err=True)
            sys.exit(2)

    return call  # type: ignore[return-value]


def _show_warning(message: Warning | str, *_: object) -> None:
    click.echo(f"Warning: {message}", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(reporter.__version__, prog_name="runpages")
def main() -> None:
    """Compile logged machine-learning runs into a static site that needs no server."""


@_with_examples(
    """
    report build
    report build sample_runs -o site
    report build runs -o site --title "Digits and wine" --strict
    """
)
@main.command(cls=_Examples)
@click.argument("store", default="runs", required=False)
@click.option("-o", "--output", default="site", show_default=True, help="Folder for the site.")
@click.option("--title", default="", help="Title of the site; the store's name by default.")
@click.option("--strict", is_flag=True, help="Exit with 1 when there are problems.")
@click.option(
    "--full-data/--no-full-data",
    default=True,
    help="Offer the runs and all their points as Parquet and CSV.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@_explain_errors
def build(
    store: str, output: str, title: str, strict: bool, full_data: bool, as_json: bool
) -> None:
    """Build the site of STORE, the folder that runs were logged to (./runs by default).

    The site opens by double click on its index.html, and works on any web host as it is. A second
    build writes only what changed, and deletes only what an earlier one wrote.
    """
    from reporter.site.build import build as build_site
    from reporter.site.output import FolderOutput
    from reporter.store.reader import open_store

    reader = open_store(store)
    with _Progress() as progress:
        result = build_site(
            reader,
            FolderOutput(output, reader.location),
            title=title,
            full_data=full_data,
            progress=progress,
        )
    click.echo(json.dumps(_as_json(result)) if as_json else _summary(result))
    _print_problems(result)
    if strict and result.problems:
        sys.exit(1)


class _Progress:
    """A progress bar on stderr for work that takes a while; silent when that is no terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._bar: Any = None  # Any: click's ProgressBar has no public name
        self._phase = ""

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._finish()

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps of a phase are done."""
        if not self._is_shown or total <= 0:
            return
        if phase != self._phase:
            self._finish()
            self._phase = phase
            self._bar = click.progressbar(
                length=total, label=f"{phase:<12}", file=sys.stderr, show_pos=True
            )
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos)

    def _finish(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None


def _summary(result: BuildResult) -> str:
    from reporter.site.numbers import format_bytes, format_count

    def count(number: int, word: str) -> str:
        return f"{format_count(number)} {word}{'' if number == 1 else 's'}"

    parts = [
        count(result.n_runs, "run"),
        count(result.n_experiments, "experiment"),
        count(result.n_charts, "chart"),
        count(len(result.problems), "problem"),
    ]
    files = f"{format_count(result.files_written)} files written"
    kept = f", {format_count(result.files_unchanged)} unchanged" if result.files_unchanged else ""
    return (
        f"{result.location}/index.html\n"
        f"{', '.join(parts)} · {format_bytes(result.size_bytes)} · {files}{kept}"
    )


def _as_json(result: BuildResult) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(result)


# More would scroll away what matters; the site lists all of them.
_SHOWN_PROBLEMS = 10


def _print_problems(result: BuildResult) -> None:
    for problem in result.problems[:_SHOWN_PROBLEMS]:
        text = ". ".join(part.rstrip(".") for part in (problem.detail, problem.hint) if part)
        click.echo(f"{problem.what}: {problem.where}. {text}", err=True)
    hidden = len(result.problems) - _SHOWN_PROBLEMS
    if hidden > 0:
        click.echo(f"... and {hidden} more, listed on the site's first page.", err=True)


@_with_examples(
    """
    report compact
    report compact runs
    """
)
@main.command(cls=_Examples)
@click.argument("store", default="runs", required=False)
@_explain_errors
def compact(store: str) -> None:
    """Fold the journals of ended runs in STORE into their Parquet tables.

    Runs do this themselves when they end. Those whose process was stopped did not; they can be
    read all the same, and this makes them smaller. Runs that go on are left alone.
    """
    from reporter.store.compact import compact_store

    done = compact_store(store)
    click.echo(f"{done} run{'' if done == 1 else 's'} folded.")


if __name__ == "__main__":
    main()
