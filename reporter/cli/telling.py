"""Commands that tell runs in words: summary, diff."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reporter.cli.frame import Progress, command, json_option, print_json, store_argument

if TYPE_CHECKING:
    from reporter.publish.summary import Summary

__all__ = ["attach"]


def attach(group: click.Group) -> None:
    """Add the commands to the group."""
    _attach_summary(group)
    _attach_diff(group)


def _attach_summary(group: click.Group) -> None:
    @command(
        group,
        "summary",
        """
        report summary
        report summary runs --baseline https://ana.github.io/digits/ --top 3
        report summary runs --baseline main.zip --fail-if "metrics.val_acc < baseline - 0.01"
        report summary --fail-if "failed > 0" --fail-if "val_loss >= 0.2" --json
        """,
    )
    @store_argument
    @click.option("--baseline", default="", help="Store, site, zip or address to compare with.")
    @click.option("--fail-if", "conditions", multiple=True, help="Exit with 1 when this is so.")
    @click.option("--experiment", "experiments", multiple=True, help="Only this one, by name.")
    @click.option("--top", default=5, type=click.IntRange(1, 100), help="Runs an experiment.")
    @click.option("--site", default="", help="Address of the published site, for links.")
    @json_option
    def summary(
        store: str,
        baseline: str,
        conditions: tuple[str, ...],
        experiments: tuple[str, ...],
        top: int,
        site: str,
        as_json: bool,
    ) -> None:
        """Print the best runs of STORE as Markdown: for a pull request or a step summary.

        With --baseline also what changed since, and whether it is more than repetitions of the same
        params differ. --fail-if takes a metric (its best value in each experiment) or one of runs,
        failed, killed, unfinished; an operator; and a number or the baseline, such as
        "val_loss > baseline + 2%". Comparisons that report.toml declares are answered too.
        """
        import contextlib

        from reporter.config import load_config
        from reporter.importers.opening import open_source
        from reporter.publish.gate import parse_condition
        from reporter.publish.summary import summarise

        parsed = [parse_condition(text) for text in conditions]
        with contextlib.ExitStack() as stack:
            progress = stack.enter_context(Progress())
            reader = stack.enter_context(open_source(store, progress=progress))
            before = None
            if baseline:
                before = stack.enter_context(open_source(baseline, progress=progress))
            found = summarise(
                reader,
                before,
                parsed,
                experiments=experiments,
                n_best=top,
                site=site,
                config=load_config(None, reader.location),
            )
        if as_json:
            print_json(_summary_record(found))
        else:
            click.echo(found.markdown, nl=False)
        for finding in found.failures:
            reason = f"{finding.reason} in '{finding.experiment}'"
            click.echo(f"Failed: {finding.condition.text}: {reason}.", err=True)
        if found.failures:
            sys.exit(1)


def _attach_diff(group: click.Group) -> None:
    @command(
        group,
        "diff",
        """
        report diff main.zip runs
        report diff https://ana.github.io/digits/ site --json
        report diff old_runs runs --html diff.html --strict
        """,
    )
    @click.argument("old")
    @click.argument("new", default="runs", required=False)
    @click.option("--html", "page", default="", help="Write a page to this file.")
    @click.option("--strict", is_flag=True, help="Exit with 1 when something became worse.")
    @json_option
    def diff(old: str, new: str, page: str, strict: bool, as_json: bool) -> None:
        """Print what changed from OLD to NEW: stores, sites, zips or addresses of sites.

        New, removed and changed runs, changed bests, and the configurations (equal params but for
        the seed) that became better or worse by more than their repetitions differ.
        """
        from reporter.importers.opening import open_source
        from reporter.publish.difference import compare, read_experiments
        from reporter.publish.difference_text import difference_markdown, difference_record

        with Progress() as progress:
            with open_source(old, progress=progress) as reader:
                before = read_experiments(reader)
            with open_source(new, progress=progress) as reader:
                after = read_experiments(reader)
        difference = compare(before, after, (old, new))
        if page:
            from reporter.publish.difference_page import write_page

            write_page(difference, page)
            click.echo(page)
        elif as_json:
            print_json(difference_record(difference))
        else:
            click.echo(difference_markdown(difference), nl=False)
        if strict and difference.regressions:
            sys.exit(1)


def _summary_record(found: Summary) -> dict[str, object]:
    from reporter.publish.difference_text import difference_record

    return {
        "experiments": [
            {
                "name": name,
                "runs": len(item.runs),
                "failed": sum(run.info.status == "FAILED" for run in item.runs),
            }
            for name, item in found.experiments.items()
        ],
        "difference": difference_record(found.difference) if found.difference else None,
        "checks": [
            {
                "condition": finding.condition.text,
                "experiment": finding.experiment,
                "failed": finding.is_met,
                "reason": finding.reason,
            }
            for finding in found.findings
        ],
    }
