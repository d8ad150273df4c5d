"""Templates and page records fit together: no name in a template that its record does not have."""

from __future__ import annotations

import ast
import gzip
import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import jinja2
import jinja2.meta
import jinja2.nodes
import pytest

from reporter.publish.difference_page import DifferencePage
from reporter.site import contexts, theme
from reporter.site.run import contexts as run_contexts

ROOT = Path(__file__).resolve().parents[2]
FOLDER = theme.templates_dir()
ENVIRONMENT = theme.Theme().environment
PAGES = {
    "index.html.j2": contexts.IndexPage,
    "experiment.html.j2": contexts.ExperimentPage,
    "run.html.j2": run_contexts.RunPage,
    "files.html.j2": run_contexts.FilesPage,
    "compare.html.j2": contexts.ComparePage,
    "difference.html.j2": DifferencePage,
}
# A page that is sent alone carries the style sheet inside, and no script.
STANDALONE = {"difference.html.j2"}
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.j2"))
RECORDS = [
    *dict.fromkeys(filter(is_dataclass, [*vars(contexts).values(), *vars(run_contexts).values()]))
]
UNSAFE = {"safe", "Markup"}


def parse(name: str) -> jinja2.nodes.Template:
    return ENVIRONMENT.parse((FOLDER / name).read_text(encoding="utf-8"))


def with_references(name: str, seen: set[str] | None = None) -> set[str]:
    """Return a template and all that it extends, includes or imports by a fixed name."""
    seen = set() if seen is None else seen
    if name not in seen:
        seen.add(name)
        for other in jinja2.meta.find_referenced_templates(parse(name)):
            if other is not None:
                with_references(other, seen)
    return seen


def own_names(name: str) -> set[str]:
    """Return what a template imports or sets; at its top these stand outside of its blocks."""
    imported = {
        alias[1] if isinstance(alias, tuple) else alias
        for node in parse(name).find_all(jinja2.nodes.FromImport)
        for alias in node.names
    }
    targets = (node.target for node in parse(name).find_all(jinja2.nodes.Assign))
    return imported | {node.name for node in targets if isinstance(node, jinja2.nodes.Name)}


def attributes_of(name: str, variable: str) -> set[str]:
    """Return the attributes that a template reads from one variable."""
    return {
        node.attr
        for node in parse(name).find_all(jinja2.nodes.Getattr)
        if isinstance(node.node, jinja2.nodes.Name) and node.node.name == variable
    }


def all_attributes(names: set[str]) -> set[str]:
    return {node.attr for name in names for node in parse(name).find_all(jinja2.nodes.Getattr)}


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_can_be_read(name):
    assert parse(name)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_sees_its_record_and_nothing_else(name):
    for used in with_references(name):
        free = jinja2.meta.find_undeclared_variables(parse(used))
        assert free - own_names(used) <= {"page", "view", "table", "frame"}, used


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_only_fields_that_its_record_has(name):
    known = {field.name for field in fields(PAGES[name])}
    assert attributes_of(name, "page") <= known


@pytest.mark.parametrize("name", PAGES)
def test_every_field_of_a_page_is_shown(name):
    read = {attr for used in with_references(name) for attr in attributes_of(used, "page")}
    unused = {field.name for field in fields(PAGES[name])} - read
    assert not unused, f"{PAGES[name].__name__} has fields that no template reads"


def test_every_field_of_every_record_is_shown():
    read = all_attributes(set(TEMPLATES))
    for record in RECORDS:
        unused = {field.name for field in fields(record)} - read
        assert not unused, f"{record.__name__} has fields that no template reads"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_record_is_documented(record):
    assert record.__doc__
    assert not record.__doc__.startswith(record.__name__ + "("), "no docstring of its own"


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_marks_text_as_safe(name):
    used = {node.name for node in parse(name).find_all(jinja2.nodes.Filter)}
    assert not used & UNSAFE
    assert not list(parse(name).find_all(jinja2.nodes.ScopedEvalContextModifier))


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_code_or_style_of_its_own(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    if name in STANDALONE:
        text = text.replace("<style>\n{{ page.style }}\n</style>", "")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r'(?:src|href)="https?:', text)


OF_ONE_FILE = tuple(name for name in theme.SINGLE_SCRIPTS if name not in theme.FIRST_SCRIPTS)


@pytest.mark.parametrize(
    ("listed", "folder", "extension"),
    [
        (theme.FIRST_SCRIPTS + theme.LATER_SCRIPTS + OF_ONE_FILE, "js", "js"),
        (theme.STYLES, "css", "css"),
    ],
)
def test_every_script_and_style_sheet_is_listed_once(listed, folder, extension):
    found = {
        path.relative_to(FOLDER).as_posix() for path in (FOLDER / folder).rglob(f"*.{extension}")
    }
    assert sorted(listed) == sorted(found)


@pytest.mark.parametrize("names", [theme.FIRST_SCRIPTS, theme.LATER_SCRIPTS, theme.SINGLE_SCRIPTS])
def test_pure_scripts_come_before_those_that_draw(names):
    kinds = [name.split("/")[1] for name in names]
    assert kinds == sorted(kinds, key=["lib", "ui"].index)


def test_what_comes_before_the_first_paint_is_small():
    first = gzip.compress(theme.Theme().script(theme.FIRST_SCRIPTS), mtime=0)
    assert len(first) <= 40_000


def test_markup_is_made_in_few_places():
    """Only where text has just been sanitised or escaped may it be called markup."""
    makers = set()
    for path in (ROOT / "reporter" / "site").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Markup":
                makers.add(path.stem)
    assert makers <= {"notes", "pages", "reproduce"}
