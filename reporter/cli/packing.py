"""Commands and options that make one file of a site: a zip, or a page that holds everything."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from reporter.cli.frame import command
from reporter.errors import InvalidInputError

if TYPE_CHECKING:
    from reporter.publish.built import BuiltSite
    from reporter.site.writing.output import SiteOutput

__all__ = ["Wanted", "attach", "pack", "site_output"]


def attach(group: click.Group) -> None:
    """Add the command to the group."""

    @command(
        group, "zip", "report zip site\nreport zip site -o report.zip --single-file report.html"
    )
    @click.argument("site", default="site", required=False)
    @click.option("-o", "--output", default="", help="The zip file; SITE and .zip by default.")
    @click.option("--single-file", default="", help="Write the site as this one HTML file instead.")
    def zip_site(site: str, output: str, single_file: str) -> None:
        """Pack SITE, a folder that 'report build' wrote, into a zip file.

        The same site gives the same bytes. What lies in the folder and is not the site's is left
        out.
        """
        from reporter.publish.built import open_site

        zip_file = output or ("" if single_file else f"{os.path.normpath(site)}.zip")
        _check_endings(zip_file, single_file)
        for path in _pack(open_site(site), zip_file, single_file):
            click.echo(path)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a build is to leave behind.

    Parameters
    ----------
    folder, zip_file, single_file : str
        Each may be empty; the folder is ``site`` when all are.
    """

    folder: str = ""
    zip_file: str = ""
    single_file: str = ""

    @property
    def location(self) -> str:
        """The folder; empty when only files are wanted."""
        return self.folder or ("" if self.zip_file or self.single_file else "site")


@contextlib.contextmanager
def site_output(wanted: Wanted, store: str) -> Iterator[SiteOutput]:
    """Give a build a place to write to.

    Parameters
    ----------
    wanted : Wanted
    store : str
        Folder that is read from.

    Yields
    ------
    SiteOutput
        The folder, the zip itself, or a folder for the length of the build.
    """
    from reporter.site.writing.destinations import prepare_file
    from reporter.site.writing.output import FolderOutput, ZipOutput
    from reporter.site.writing.passing_folder import passing_folder

    _check_endings(wanted.zip_file, wanted.single_file)
    for path in filter(None, (wanted.zip_file, wanted.single_file)):
        prepare_file(path)  # now, and not after a long build
    if wanted.location:
        yield FolderOutput(wanted.location, store)
    elif not wanted.single_file:
        yield ZipOutput(wanted.zip_file)
    else:  # beside the file, so that a disk which holds the one can hold the other
        beside = os.path.dirname(os.path.abspath(wanted.single_file))
        with passing_folder(beside) as folder:
            yield FolderOutput(os.path.join(folder, "site"), store)


def pack(wanted: Wanted, output: SiteOutput) -> list[str]:
    """Make the files that are wanted of a finished site; return their paths."""
    from reporter.publish.built import open_site

    is_zipped = bool(wanted.zip_file) and not (wanted.location or wanted.single_file)
    if is_zipped:
        return [wanted.zip_file]
    if not wanted.zip_file and not wanted.single_file:
        return []
    return list(_pack(open_site(output.location), wanted.zip_file, wanted.single_file))


def _check_endings(zip_file: str, single_file: str) -> None:
    """Refuse names under which no program would open the file."""
    if zip_file.lower().endswith((".html", ".htm")):
        raise InvalidInputError(
            f"'{zip_file}' would be a zip under the name of a page.",
            "End it in .zip, or use --single-file.",
        )
    if single_file.lower().endswith(".zip"):
        raise InvalidInputError(
            f"'{single_file}' would be a page under the name of a zip.",
            "End it in .html, or use --zip.",
        )


def _pack(site: BuiltSite, zip_file: str, single_file: str) -> Iterator[str]:
    from reporter.publish.archive import write_zip
    from reporter.publish.single_file import write_single_file

    if zip_file:
        write_zip(site, zip_file)
        yield zip_file
    if single_file:
        written = write_single_file(site, single_file)
        if written.advice:
            click.echo(f"Warning: {written.advice}", err=True)
        yield single_file
