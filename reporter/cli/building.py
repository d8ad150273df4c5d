"""Commands that make a site."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from reporter.cli.configuring import config_option
from reporter.cli.frame import (
    Progress,
    command,
    count,
    json_option,
    open_runs,
    print_json,
    source_options,
    store_argument,
)
from reporter.cli.packing import Wanted, pack, site_output
from reporter.cli.terminal import echo
from reporter.config import load_config, parse_size

if TYPE_CHECKING:
    from reporter.site.build import BuildResult
    from reporter.store.ports import StoreReader

__all__ = ["attach"]

# More would scroll away what matters; the site lists all of them.
_SHOWN_PROBLEMS = 10

# Below this no file is worth leaving out, and so none is worth naming.
_LARGE_BYTES = 100_000


def attach(group: click.Group) -> None:
    """Add the commands to the group."""

    @command(
        group,
        "build",
        """
        report build
        report build sample_runs -o site
        report build mlruns -o site
        report build runs -o site --title "Digits and wine" --strict
        report build runs -o review --anonymise --hide "Example University"
        report build runs --config paper.toml --max-artifact-size "25 MB"
        report build runs --zip report.zip
        report build runs --single-file report.html
        """,
    )
    @store_argument
    @click.option(
        "-o",
        "--output",
        default="",
        help="Folder for the site; 'site' unless one file is asked for.",
    )
    @click.option("--zip", "zip_file", default="", help="Write the site as this zip file.")
    @click.option("--single-file", default="", help="Write the site as this one HTML file.")
    @click.option("--title", default="", help="Title of the site; the store's name by default.")
    @click.option("--strict", is_flag=True, help="Exit with 1 when there are problems.")
    @click.option(
        "--full-data/--no-full-data",
        default=True,
        help="Offer the runs and all their points as Parquet and CSV.",
    )
    @click.option(
        "--run-pages",
        type=click.IntRange(min=0),
        default=5_000,
        show_default=True,
        metavar="N",
        help="Runs that get a page of their own: parents, the best, the newest.",
    )
    @click.option(
        "--max-artifact-size",
        metavar="SIZE",
        help='Leave larger artifacts out, as in "25 MB"; they stay listed.',
    )
    @click.option(
        "--allow-secrets", is_flag=True, help="Do not look for keys and passwords before building."
    )
    @click.option(
        "--anonymise", is_flag=True, help="Hide users, hosts, e-mails, paths and repositories."
    )
    @click.option("--hide", multiple=True, metavar="TEXT", help="With --anonymise: this text too.")
    @config_option
    @source_options
    @json_option
    def build(
        store: str,
        output: str,
        zip_file: str,
        single_file: str,
        title: str,
        strict: bool,
        full_data: bool,
        run_pages: int,
        max_artifact_size: str | None,
        allow_secrets: bool,
        anonymise: bool,
        hide: tuple[str, ...],
        config: str,
        format_name: str,
        pairs: tuple[str, ...],
        as_json: bool,
    ) -> None:
        """Build the site of STORE, the folder that runs were logged to (./runs by default).

        The site opens by double click on its index.html, and works on any web host as it is. A
        second build writes only what changed, and deletes only what an earlier one wrote.

        STORE may also be what another tool wrote, such as mlruns or a folder of event files: it is
        read where it is, and nothing is written into it.

        With --zip or --single-file alone, that file is all that is written.

        With --anonymise for blind review: who and where is replaced in names, params, tags, notes
        and text files, metadata of pictures is cut out, and other files that name somebody are
        left out and listed. Run ids and the words of your own report.toml stay: read the result.
        """
        from reporter.site.build import build as build_site

        reader = open_runs(store, format_name, pairs)
        wanted = Wanted(folder=output, zip_file=zip_file, single_file=single_file)
        with site_output(wanted, reader.location) as site, Progress() as progress:
            result = build_site(
                _anonymous(reader, hide) if anonymise else reader,
                site,
                keep_old=not anonymise,
                config=load_config(config, reader.location),
                max_artifact_bytes=parse_size(max_artifact_size) if max_artifact_size else None,
                allow_secrets=allow_secrets,
                title=title,
                full_data=full_data,
                run_pages=run_pages,
                progress=progress,
            )
            packed = pack(wanted, site)
        if as_json:
            print_json({**asdict(result), "location": wanted.location, "files": packed})
        else:
            click.echo(_summary(result, wanted, packed))
        _print_problems(result)
        if wanted.location:  # a file is sent, and its own limits are told with it
            _print_limits(result)
        if strict and result.problems:
            sys.exit(1)


def _print_limits(result: BuildResult) -> None:
    """Say what a host will say: better now than after an upload."""
    from reporter.publish.built import SiteFile
    from reporter.publish.limits import weigh

    largest = [SiteFile(path=path, size_bytes=size_bytes) for path, size_bytes in result.largest]
    sizes = weigh(largest, result.size_bytes)
    for sentence in (*sizes.warnings, *sizes.refusals):
        click.echo(f"Warning: {sentence}", err=True)


def _anonymous(reader: StoreReader, hide: Sequence[str]) -> StoreReader:
    """Wrap a reader so that nothing comes through of who and where."""
    from reporter.publish.anonymise import AnonymousReader

    return AnonymousReader(reader, hide)


def _summary(result: BuildResult, wanted: Wanted, packed: Sequence[str]) -> str:
    from reporter.site.numbers import format_bytes

    parts = [
        count(result.n_runs, "run"),
        count(result.n_experiments, "experiment"),
        count(result.n_charts, "chart"),
        count(len(result.problems), "problem"),
    ]
    files = f"{count(result.files_written, 'file')} written"
    kept = f", {result.files_unchanged:,} unchanged" if result.files_unchanged else ""
    folder = [f"{wanted.location}/index.html"] if wanted.location else []
    places = "\n".join([*folder, *packed])
    return (
        f"{places}\n"
        f"{', '.join(parts)} · {format_bytes(result.size_bytes)} · {files}{kept}\n"
        f"{_pages(result)}{_artifacts(result)}"
    ).rstrip()


def _pages(result: BuildResult) -> str:
    """Say that not every run has a page, where that is so."""
    if result.n_run_pages == result.n_runs:
        return ""
    share = f"{result.n_run_pages:,} of {result.n_runs:,} runs have a page of their own"
    return f"{share} (--run-pages); Enter in the table shows the others beside it.\n"


def _artifacts(result: BuildResult) -> str:
    """Say what the runs' own files weigh, which of them most, and what was left out."""
    from reporter.site.numbers import format_bytes

    parts = []
    if result.n_artifacts:
        parts.append(
            f"{count(result.n_artifacts, 'artifact')}, {format_bytes(result.artifact_bytes)}"
        )
    if result.n_left_out:
        size = format_bytes(result.left_out_bytes)
        parts.append(f"{count(result.n_left_out, 'artifact')} left out, {size}")
    large = [item for item in result.largest if item[1] >= _LARGE_BYTES]
    sizes = [f"{format_bytes(size):>9}  {path}" for path, size in large]
    return "\n".join([" · ".join(parts), *sizes])


def _print_problems(result: BuildResult) -> None:
    for problem in result.problems[:_SHOWN_PROBLEMS]:
        text = ". ".join(part.rstrip(".") for part in (problem.detail, problem.hint) if part)
        echo(f"{problem.what}: {problem.where}. {text}", err=True)
    hidden = len(result.problems) - _SHOWN_PROBLEMS
    if hidden > 0:
        click.echo(f"... and {hidden} more, listed on the site's first page.", err=True)
