"""What all commands share: help with examples, errors as one sentence, progress on stderr."""

from __future__ import annotations

import functools
import json
import math
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reporter.cli.terminal import echo
from reporter.errors import InvalidInputError, ReporterError, SecretsFoundError

if TYPE_CHECKING:
    from reporter.store.ports import StoreReader

__all__ = [
    "Progress",
    "command",
    "count",
    "explain_errors",
    "json_option",
    "listed",
    "open_runs",
    "print_json",
    "read_pairs",
    "source_options",
    "store_argument",
]

_F = TypeVar("_F", bound=Callable[..., Any])  # Any: a command takes what its options say


class _Command(click.Command):
    """A command whose help ends with examples, printed as they stand."""

    def __init__(self, *args: Any, examples: str = "", **kwargs: Any) -> None:  # Any: click's own
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the examples."""
        with formatter.section("Examples"):
            for line in self.examples.strip().splitlines():
                formatter.write(f"  {line.strip()}\n")


def command(group: click.Group, name: str, examples: str) -> Callable[[_F], click.Command]:
    """Make a function a command of the group.

    Parameters
    ----------
    group : click.Group
    name : str
    examples : str
        Command lines, one a line: the end of its help.
    """

    def make(function: _F) -> click.Command:
        return group.command(name, cls=_Command, examples=examples)(explain_errors(function))

    return make


def explain_errors(function: _F) -> _F:
    """Print what the library raises on purpose as one sentence and exit with 2.

    Secrets that were found exit with 1: the use was right, and a check found something.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:  # Any: see _F
        warnings.showwarning = _show_warning  # type: ignore[assignment]  # fewer arguments
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # names may hold what no encoding has
                stream.reconfigure(errors="backslashreplace")
        try:
            return function(*args, **kwargs)
        except ReporterError as error:
            echo(f"Error: {error}", err=True)
            sys.exit(1 if isinstance(error, SecretsFoundError) else 2)
        except BrokenPipeError:
            sys.stderr.close()  # the reader of our output is gone: nobody to tell
            sys.exit(0)
        except OSError as error:
            where = f" '{error.filename}'" if error.filename else ""
            echo(f"Error: {error.strerror or error}{where}.", err=True)
            sys.exit(2)

    return call  # type: ignore[return-value]


def _show_warning(message: Warning | str, *_: object) -> None:
    echo(f"Warning: {message}", err=True)


# What a script logs to is what a command looks at, unless it is told otherwise.
store_argument = click.argument(
    "store", default="runs", required=False, envvar="REPORTER_TRACKING_URI"
)
store_option = click.option(
    "--store",
    default="runs",
    show_default=True,
    envvar="REPORTER_TRACKING_URI",
    help="Folder or URI that runs were logged to; as REPORTER_TRACKING_URI says.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def listed(text: str) -> tuple[str, ...]:
    """Read what an option lists: parts between commas, without the spaces around them."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def source_options(function: _F) -> _F:
    """Add what a command takes that reads other tools' runs: ``--format`` and ``--option``."""
    pairs = click.option(
        "--option", "pairs", multiple=True, metavar="KEY=VALUE", help="For the importer; see docs."
    )
    name = click.option(
        "--format", "format_name", default="", help="Which tool wrote it; recognised by default."
    )
    return name(pairs(function))


def open_runs(store: str, format_name: str = "", pairs: Sequence[str] = ()) -> StoreReader:
    """Open a store of ours, or whatever other tool's runs lie at `store`, until the command ends.

    Parameters
    ----------
    store : str
        A folder, file or URL.
    format_name : str
        Name of the importer; recognised when empty.
    pairs : sequence of str
        ``KEY=VALUE`` texts for the importer.

    Returns
    -------
    StoreReader

    Raises
    ------
    NotAStoreError
        Nothing that can be read is there.
    InvalidInputError
        There is no such importer or option.
    """
    from reporter.publish import sources

    with Progress() as progress:
        opened = sources.open_runs(store, format_name, read_pairs(pairs), progress)
        return click.get_current_context().with_resource(opened)


def read_pairs(pairs: Sequence[str]) -> dict[str, str]:
    """Take ``KEY=VALUE`` texts apart.

    Raises
    ------
    InvalidInputError
        One of them has no ``=``.
    """
    values = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise InvalidInputError(f"'{pair}' is no option.", "Write --option KEY=VALUE.")
        values[key] = value
    return values


def print_json(value: object, indent: int | None = 2) -> None:
    """Print a value as JSON; NaN and infinities as the strings people know them by."""
    click.echo(json.dumps(_finite(value), indent=indent, ensure_ascii=False, default=str))


def _finite(value: Any) -> Any:  # Any: whatever JSON holds
    if isinstance(value, float) and (math.isnan(value) or value in (float("inf"), float("-inf"))):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def count(number: int, word: str) -> str:
    """Count something: ``1 run``, ``1,312 runs``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


class Progress:
    """A progress bar on stderr for work that takes a while; silent when that is no terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._bar: Any = None  # Any: click's ProgressBar has no public name
        self._phase = ""

    def __enter__(self) -> Progress:  # noqa: PYI034  # Self is Python 3.11's
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
