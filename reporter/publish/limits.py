"""What hosts accept, told before they refuse: sizes of a site and of single files.

The figures are GitHub's, as its documentation gives them; other hosts have their own. Pure: takes
sizes, returns sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporter.publish.built import BuiltSite, SiteFile
from reporter.site.numbers import format_bytes

__all__ = ["FILE_BYTES", "SITE_BYTES", "WARNING_BYTES", "SizeReport", "measure", "weigh"]

SITE_BYTES = 1_000_000_000
"""GitHub: "Published GitHub Pages sites may be no larger than 1 GB"."""

FILE_BYTES = 100 * 1024 * 1024
"""GitHub: "GitHub blocks files larger than 100 MiB" from a push."""

WARNING_BYTES = 800_000_000
"""Four fifths of what a site may have: time to think about it, not yet to stop."""

_N_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class SizeReport:
    """What a site weighs, and what a host will say to it.

    Parameters
    ----------
    size_bytes : int
    n_files : int
    largest : tuple of SiteFile
        The five largest files, largest first.
    warnings, refusals : tuple of str
        Sentences for people: what is getting large, and what would not be accepted.
    """

    size_bytes: int
    n_files: int
    largest: tuple[SiteFile, ...]
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]


def measure(site: BuiltSite) -> SizeReport:
    """Hold a site against the limits.

    Parameters
    ----------
    site : BuiltSite

    Returns
    -------
    SizeReport
    """
    return weigh(site.files, site.size_bytes)


def weigh(files: Sequence[SiteFile], size_bytes: int) -> SizeReport:
    """Hold a size and the files that are known against the limits.

    Parameters
    ----------
    files : sequence of SiteFile
        All of a site's, or its largest.
    size_bytes : int
        Of the whole site.

    Returns
    -------
    SizeReport
    """
    ordered = sorted(files, key=lambda file: (-file.size_bytes, file.path))
    too_large = [file for file in ordered if file.size_bytes > FILE_BYTES]
    refusals = [_refuse_files(too_large)] if too_large else []
    warnings = []
    if size_bytes > SITE_BYTES:
        refusals.append(
            f"The site has {format_bytes(size_bytes)}, and GitHub Pages takes up to "
            f"{format_bytes(SITE_BYTES)}. {_advice(ordered[:_N_NAMED])}"
        )
    elif size_bytes > WARNING_BYTES:
        warnings.append(
            f"The site has {format_bytes(size_bytes)} of the {format_bytes(SITE_BYTES)} that "
            f"GitHub Pages takes. {_advice(ordered[:_N_NAMED])}"
        )
    return SizeReport(
        size_bytes=size_bytes,
        n_files=len(files),
        largest=tuple(ordered[:_N_NAMED]),
        warnings=tuple(warnings),
        refusals=tuple(refusals),
    )


def _refuse_files(files: Sequence[SiteFile]) -> str:
    count = "1 file is" if len(files) == 1 else f"{len(files):,} files are"
    return (
        f"{count} larger than the {format_bytes(FILE_BYTES)} that GitHub takes in a push: "
        f"{_name(files[:_N_NAMED])}. {_remedies(files)}"
    )


def _advice(largest: Sequence[SiteFile]) -> str:
    if not largest:
        return ""
    return f"The largest: {_name(largest)}. {_remedies(largest)}"


def _name(files: Sequence[SiteFile]) -> str:
    return ", ".join(f"{file.path} ({format_bytes(file.size_bytes)})" for file in files)


def _remedies(files: Sequence[SiteFile]) -> str:
    has_data = any(file.path.startswith("data/") for file in files)
    has_artifacts = any(file.path.startswith("artifacts/") for file in files)
    ways = []
    if has_artifacts:
        ways.append("leave large artifacts out ([artifacts] in report.toml)")
    if has_data:
        ways.append("build with --no-full-data")
    return f"To make it smaller, {' and '.join(ways)}." if ways else ""
