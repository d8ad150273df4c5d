"""What commands print: tables as wide as the window, and nothing that a terminal would obey."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from reporter.cli import main
from reporter.cli import terminal as printed
from tests.builders import make_run, make_store

ROWS = [("0123456789ab", "n" * 200, "FINISHED"), ("ba9876543210", "名前" * 40, "FAILED")]


@pytest.fixture
def terminal(monkeypatch):
    def make(columns):
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setattr(
            printed.shutil, "get_terminal_size", lambda: os.terminal_size((columns, 24))
        )

    return make


def test_a_pipe_gets_everything(capsys):
    printed.print_table(("run_id", "name", "status"), ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert all(cell in line for row, line in zip(ROWS, lines[1:], strict=True) for cell in row)


@pytest.mark.parametrize("columns", [60, 80, 132])
def test_a_terminal_gets_rows_of_its_width(terminal, capsys, columns):
    terminal(columns)
    printed.print_table(("run_id", "name", "status"), ROWS)
    heading, long, wide = capsys.readouterr().out.splitlines()
    assert long.startswith("0123456789ab  nnn")
    assert long.endswith("n…  FINISHED")
    assert len(long) == columns
    # Each of the letters takes two places, so half as many fit.
    assert 0 <= columns - (len(wide) + wide.count("名") + wide.count("前")) - len("  ") <= 1
    assert heading.index("status") == long.index("FINISHED")


def test_rows_that_fit_are_left_alone(terminal, capsys):
    terminal(80)
    printed.print_table(("a", "b"), [("1", "x\x1b[31m\n\u202e")])
    assert capsys.readouterr().out == "a  b\n1  x\\x1b[31m\\n\\u202e\n"


def test_a_window_too_narrow_for_anything_still_gets_beginnings(terminal, capsys):
    terminal(3)
    printed.print_table(("run_id", "name", "status"), ROWS)
    assert capsys.readouterr().out.splitlines()[1] == "0123456789ab  nnnnnnn…  FINISHED"


def test_what_was_logged_cannot_command_the_terminal(capsys):
    printed.echo("a\tb\nc\x1b]0;owned\x07\r\x9b2J\u202e\u2028 ü", err=True)
    assert capsys.readouterr().err == "a\tb\nc\\x1b]0;owned\\x07\\r\\x9b2J\\u202e\\u2028 ü\n"


def test_show_and_errors_print_names_without_their_escapes(tmp_path):
    store = make_store(tmp_path / "runs")
    make_run(store, "red \x1b[31m", params={"k": "v\x1b[2J"}, metrics={"loss": [1.0]})
    for command in (["show", "red \x1b[31m"], ["history", "red \x1b[31m", "nope"]):
        told = CliRunner().invoke(main, [*command, "--store", str(store)])
        assert "\x1b" not in told.output
        assert "\\x1b[31m" in told.output
