"""What is written for people is true: commands run, examples run, links lead somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from reporter.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(group: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    children = getattr(group, "commands", {})
    below = [item for name in sorted(children) for item in commands(children[name], (*path, name))]
    return [path, *below]


def find_command(path: tuple[str, ...]) -> click.Command:
    command: click.Command = main
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]
    return command


def blocks(page: str, language: str) -> list[str]:
    return [text for name, text in FENCE.findall(page) if name == language]


COMMANDS = commands(main)
SHELL_LINES = [
    line.strip()
    for text in blocks(README, "sh")
    for line in text.splitlines()
    if line.strip() and not line.startswith("#")
]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(path, report, tmp_path):
    done = report(*path, "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage:")
    assert not list(tmp_path.iterdir()), "asking for help writes nothing"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_has_help(path):
    options = [item for item in find_command(path).params if isinstance(item, click.Option)]
    assert not [item.name for item in options if not item.help]


@pytest.mark.parametrize("path", [path for path in COMMANDS if path], ids=" ".join)
def test_examples_of_help_are_commands_that_exist(path, report):
    text = report(*path, "--help").stdout
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("report ")]
    for line in lines:
        words = shlex.split(line)[1:]
        command = find_command(path)
        with command.make_context("report", words[len(path) :], resilient_parsing=False):
            assert tuple(words[: len(path)]) == path


def test_the_readme_runs(report, run_python, tmp_path):
    """Its Python blocks and its `report` lines, in the order in which they stand."""
    shutil.copytree(ROOT / "sample_runs", tmp_path / "sample_runs")
    for language, text in FENCE.findall(README):
        if language == "python":
            done = run_python("-c", text, cwd=tmp_path)
            assert done.returncode == 0, text + done.stderr
        elif language == "sh":
            for words in report_calls(text):
                done = report(*words, cwd=tmp_path)
                assert done.returncode == 0, " ".join(words) + done.stderr
    assert (tmp_path / "site" / "index.html").is_file()
    assert "parabola" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def report_calls(text: str) -> list[list[str]]:
    parts = [shlex.split(part) for line in text.splitlines() for part in line.split("&&")]
    return [words[1:] for words in parts if words and Path(words[0]).name == "report"]


def test_two_commands_are_one_line_each():
    section = README.split("## Two commands")[1].split("\n## ")[0]
    first, second = (text.strip() for text in blocks(section, "sh"))
    assert "\n" not in first
    assert "\n" not in second
    assert first.startswith("python3 -m venv ")
    assert "report build sample_runs" in first
    assert second.endswith("-m pytest")


def test_every_extra_that_is_named_exists():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = project.split("[project.optional-dependencies]")[1].split("\n[")[0]
    known = set(re.findall(r"^(\w+) = \[", section, re.MULTILINE))
    named = {
        name
        for line in SHELL_LINES
        for group in re.findall(r"\.\[([\w,]+)\]", line)
        for name in group.split(",")
    }
    assert named
    assert named <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_every_page_of_docs_is_linked_from_the_readme():
    missing = [path.name for path in (ROOT / "docs").glob("*.md") if path.name not in README]
    assert not missing


def test_documented_handles_are_in_the_pages():
    page = (ROOT / "docs" / "handles.md").read_text(encoding="utf-8")
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "templates").rglob("*")
        if path.suffix in {".js", ".j2"}
    )
    roles = set(re.findall(r'\[data-role="([\w-]+)"\]', page))
    attributes = set(re.findall(r"`(data-[\w-]+)`", page))
    assert roles
    assert {role for role in roles if role not in sources} == set()
    for name in attributes:
        camel = re.sub(r"-(\w)", lambda match: match.group(1).upper(), name.removeprefix("data-"))
        assert name in sources or f"dataset.{camel}" in sources
