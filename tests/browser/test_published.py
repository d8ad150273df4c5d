"""A site that was pushed to a branch, fetched as a host fetches it, and served below a path."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reporter.publish.branch import BranchTarget, publish_branch
from reporter.publish.built import open_site


def git(*arguments: str | Path) -> None:
    subprocess.run(["git", *map(str, arguments)], check=True, capture_output=True)


@pytest.mark.usefixtures("needs_git")
def test_a_pushed_site_works_below_a_path(open_page, open_place, sample_site, tmp_path):
    remote, work, fetched = (tmp_path / name for name in ("remote.git", "work", "fetched"))
    git("init", "--quiet", "--bare", remote)
    git("init", "--quiet", work)
    target = BranchTarget(remote=str(remote), to="nightly")
    publish_branch(open_site(str(sample_site)), target, str(work))
    git("clone", "--quiet", "--branch", "gh-pages", remote, fetched)
    assert (fetched / ".nojekyll").read_bytes() == b""
    shutil.rmtree(fetched / ".git")
    page = open_page(open_place(fetched, "sub-path"), "nightly/index.html")
    page.locator("[data-role=chart][data-state=ready] canvas").first.wait_for()
    page.locator("main a[href*='experiment/']").first.click()
    page.locator("[data-role=runs-table] tbody tr[data-run-id] a[href]").first.click()
    page.locator("html[data-page=run]").wait_for()
