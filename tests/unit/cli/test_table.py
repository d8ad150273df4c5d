"""Tables of commands: whole where a program reads them, cut to the window where people do."""

from __future__ import annotations

import os

import pytest

from reporter.cli import table

ROWS = [("0123456789ab", "n" * 200, "FINISHED"), ("ba9876543210", "名前" * 40, "FAILED")]


@pytest.fixture
def terminal(monkeypatch):
    def make(columns):
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setattr(
            table.shutil, "get_terminal_size", lambda: os.terminal_size((columns, 24))
        )

    return make


def test_a_pipe_gets_everything(capsys):
    table.print_table(("run_id", "name", "status"), ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert all(cell in line for row, line in zip(ROWS, lines[1:], strict=True) for cell in row)


@pytest.mark.parametrize("columns", [60, 80, 132])
def test_a_terminal_gets_rows_of_its_width(terminal, capsys, columns):
    terminal(columns)
    table.print_table(("run_id", "name", "status"), ROWS)
    heading, long, wide = capsys.readouterr().out.splitlines()
    assert long.startswith("0123456789ab  nnn")
    assert long.endswith("n…  FINISHED")
    assert len(long) == columns
    # Each of the letters takes two places, so half as many fit.
    assert 0 <= columns - (len(wide) + wide.count("名") + wide.count("前")) - len("  ") <= 1
    assert heading.index("status") == long.index("FINISHED")


def test_rows_that_fit_are_left_alone(terminal, capsys):
    terminal(80)
    table.print_table(("a", "b"), [("1", "x\x1b[31m\n\u202e")])
    assert capsys.readouterr().out == "a  b\n1  x\\x1b[31m\\n\\u202e\n"


def test_a_window_too_narrow_for_anything_still_gets_beginnings(terminal, capsys):
    terminal(3)
    table.print_table(("run_id", "name", "status"), ROWS)
    assert capsys.readouterr().out.splitlines()[1] == "0123456789ab  nnnnnnn…  FINISHED"
