"""``report init``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from reporter.cli import main
from reporter.config import load_config


def test_init_writes_a_file_that_can_be_read_and_never_replaces_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    done = run.invoke(main, ["init"])
    assert (done.exit_code, done.stdout) == (0, "report.toml\n")
    assert load_config().path == "report.toml"
    (tmp_path / "report.toml").write_text("title = 'mine'")
    done = run.invoke(main, ["init", "."])
    assert done.exit_code == 2
    assert "'report.toml' is there already" in done.stderr
    assert load_config().title == "mine"
    assert run.invoke(main, ["init", "new/folder"]).exit_code == 0
    assert [path.name for path in Path("new/folder").iterdir()] == ["report.toml"]
    assert load_config(store="new/folder").path == str(Path("new/folder/report.toml"))
