"""Names without a blank in them, longer than a phone is wide."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Place
from tests.builders import make_run, make_store, run_id_of

LONG = "unbroken" * 25


@pytest.fixture(scope="module")
def folder(report, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("long")
    before, after = make_store(path / "before"), make_store(path / "after")
    make_run(before, "old", metrics={"loss": [1.0]})
    make_run(after, LONG, metrics={"loss": [1.0]}, artifacts={f"{LONG}.txt": b"text"})
    for arguments in (
        ("build", after, "-o", str(path / "site")),
        ("diff", before, after, "--html", str(path / "diff.html")),
    ):
        done = report(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.mark.parametrize("path", ["diff.html", f"site/run/{run_id_of(LONG)}.html"])
def test_a_long_name_leaves_the_page_as_wide_as_a_phone(folder, open_page, path):
    page = open_page(Place("disk", folder.as_uri() + "/"), path, width=390)
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
