"""Commands that put a site where others can open it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from reporter.cli.frame import command, count, explain_errors, json_option, print_json

if TYPE_CHECKING:
    from reporter.publish.branch import BranchResult

__all__ = ["attach"]


def attach(group: click.Group) -> None:
    """Add the commands to the group."""

    @group.group("publish", invoke_without_command=True)
    @click.pass_context
    @explain_errors
    def publish(context: click.Context) -> None:
        """Put the site on GitHub Pages, GitLab Pages or any branch.

        Without a command: where report.toml says, under [publish].
        """
        from reporter.config import load_config

        if context.invoked_subcommand:
            return
        target = load_config().publish.target
        if target:
            context.invoke(publish.commands[target])
        else:
            click.echo(context.get_help())

    _attach_hosts(publish)
    _attach_branch(publish)


def _attach_hosts(publish: click.Group) -> None:
    @command(
        publish,
        "github",
        """
        report publish github
        report publish github sample_runs
        report publish github runs --branch main --file .github/workflows/pages.yml
        """,
    )
    @click.argument("store", default="", required=False)
    @click.option("--branch", default="", help="Whose pushes publish; the default branch if not.")
    @click.option(
        "--file",
        "path",
        default=".github/workflows/report.yml",
        show_default=True,
        help="The workflow's file, from the repository's root.",
    )
    @click.option("--requirement", default="", help="What pip installs; found if not given.")
    @click.option("--replace", is_flag=True, help="Replace changes inside our part of the file.")
    @click.option("--print", "prints", is_flag=True, help="Print it; write nothing.")
    def github(
        store: str, branch: str, path: str, requirement: str, replace: bool, prints: bool
    ) -> None:
        """Write the workflow that publishes STORE with every push, or bring it up to date.

        Looks at the repository for where the runs are and how runpages is installed. What you add
        to the file outside of its marked part stays.
        """
        from dataclasses import replace as changed

        from reporter.publish.git import find_repository
        from reporter.publish.project import look_at
        from reporter.publish.workflow import github_workflow, write_workflow

        project = look_at(find_repository("."), store, requirement=requirement)
        project = changed(project, branch=branch) if branch else project
        for warning in project.warnings:
            click.echo(f"Warning: {warning}", err=True)
        if prints:
            click.echo(github_workflow(project, path), nl=False)
            return
        is_new = write_workflow(project, path, replaces=replace)
        click.echo(f"{path}: {'written' if is_new else 'up to date'}")
        click.echo(
            f"Publishes '{project.store}' with each push to {project.branch}; installs with "
            f"'pip install {project.requirement}'. Commit and push it, and choose "
            "Settings > Pages > Source: GitHub Actions, once.",
            err=True,
        )

    @command(publish, "gitlab", "report publish gitlab\nreport publish gitlab runs")
    @click.argument("store", default="", required=False)
    @click.option("--requirement", default="", help="What pip installs; found if not given.")
    def gitlab(store: str, requirement: str) -> None:
        """Print the job that publishes STORE on GitLab Pages, for your .gitlab-ci.yml."""
        from reporter.publish.git import find_repository
        from reporter.publish.project import look_at
        from reporter.publish.workflow import gitlab_job

        project = look_at(find_repository("."), store, requirement=requirement)
        for warning in project.warnings:
            click.echo(f"Warning: {warning}", err=True)
        click.echo(gitlab_job(project), nl=False)

    @command(publish, "check", "report publish check\nreport publish check site --json")
    @click.argument("site", default="site", required=False)
    @json_option
    def check(site: str, as_json: bool) -> None:
        """Say what SITE weighs, and exit with 1 when GitHub would not take it."""
        from reporter.publish.built import open_site
        from reporter.publish.limits import measure

        sizes = measure(open_site(site))
        if as_json:
            print_json(asdict(sizes))
        else:
            click.echo(f"{_weight(sizes.size_bytes)} in {count(sizes.n_files, 'file')}")
        for sentence in (*sizes.warnings, *sizes.refusals):
            click.echo(sentence, err=True)
        if sizes.refusals:
            sys.exit(1)


def _attach_branch(publish: click.Group) -> None:
    @command(
        publish,
        "gh-pages",
        """
        report publish gh-pages
        report publish gh-pages site --to nightly
        report publish gh-pages --remote backup --branch pages --keep-history
        """,
    )
    @click.argument("site", default="site", required=False)
    @click.option("--remote", default="", help="Remote or address; report.toml's, else origin.")
    @click.option("--branch", default="", help="Branch; report.toml's, else gh-pages.")
    @click.option("--to", default="", help="Folder on the branch; its root if not given.")
    @click.option("--message", "-m", default="Publish report", help="Of the commit.")
    @click.option("--keep-history", "keeps_history", is_flag=True, help="Keep earlier sites.")
    @click.option("--replace", "replaces", is_flag=True, help="Replace files that are in the way.")
    @click.option("--any-size", is_flag=True, help="Push even what GitHub would not take.")
    @json_option
    def gh_pages(site: str, remote: str, branch: str, as_json: bool, **options: Any) -> None:
        """Push SITE, as it was built last, to a branch.

        Files on the branch that are not the site's stay, and so do your working tree and index.
        Each publication takes the place of the one before, so that the branch stays small.
        """
        from reporter.config import load_config
        from reporter.publish.branch import BranchTarget, publish_branch
        from reporter.publish.built import open_site

        built = open_site(site)
        settings = load_config().publish
        target = BranchTarget(
            remote=remote or settings.remote or "origin",
            branch=branch or settings.branch or "gh-pages",
            **options,
        )
        if built.others:
            click.echo(
                f"Left out: {count(len(built.others), 'file')} in '{site}' that no build wrote, "
                f"such as '{built.others[0]}'.",
                err=True,
            )
        click.echo(f"Publishing {_weight(built.size_bytes)} to {target.remote} ...", err=True)
        result = publish_branch(built, target)
        for warning in result.warnings:
            click.echo(f"Warning: {warning}", err=True)
        if as_json:
            print_json(asdict(result))
        else:
            _print_result(result)


def _print_result(result: BranchResult) -> None:
    place = f"{result.remote}/{result.branch}{f'/{result.to}' if result.to else ''}"
    if not result.is_changed:
        click.echo(f"{place} holds this site already; nothing was pushed.")
    else:
        kept = f", {count(result.n_kept, 'other file')} kept" if result.n_kept else ""
        click.echo(f"{place}: {count(result.n_files, 'file')}{kept}, commit {result.commit[:12]}")
    if result.url:
        click.echo(result.url)
        click.echo(
            f"Once, choose Settings > Pages > Source: Deploy from a branch, {result.branch}.",
            err=True,
        )


def _weight(size_bytes: int) -> str:
    from reporter.site.numbers import format_bytes

    return format_bytes(size_bytes)
